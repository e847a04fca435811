"""EM against data of which the truth is known."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from resolution.matching import training
from resolution.matching.comparisons import Comparison, Level
from resolution.matching.training import Estimates, Population, expectation_maximisation, prior_m
from resolution.matching.vectors import Floats, Vectors


def _comparison(name: str, *, shared_by: tuple[str, ...] = ()) -> Comparison:
    levels = (Level("same", "x", 0.6), Level("alike", "y", 0.2), Level("different", "", 0.2))
    return Comparison(name, name, "z", levels, (name,), (name,), shared_by)


NAMES = ("given_name", "family_name", "address", "phone", "employer")
SHARED = {"address", "phone", "employer"}  # by colleagues
COMPARISONS = tuple(_comparison(name) for name in NAMES)
TRUE_M = tuple(
    np.array(m)
    for m in ([0.1, 0.1, 0.8], [0.05, 0.15, 0.8], [0.02, 0.08, 0.9], [0.4, 0.1, 0.5], [0.3, 0.1, 0.6])
)
TRUE_U = tuple(
    np.array(u)
    for u in (
        [0.9, 0.06, 0.04],
        [0.94, 0.04, 0.02],
        [0.95, 0.04, 0.01],
        [0.97, 0.01, 0.02],
        [0.9, 0.05, 0.05],
    )
)


@dataclass(frozen=True)
class World:
    """Pairs and the class that each is of: 0 match, 1 colleague, 2 stranger."""

    vectors: Vectors
    kind: Floats
    population: Population


def _world(*, matches: int, colleagues: int, strangers: int, unseen: int = 0, missing: float = 0.1) -> World:
    """Return pairs of each kind; `unseen` strangers are in the population, but not blocked."""
    rng = np.random.default_rng(7)
    kind = np.repeat([0, 1, 2], [matches, colleagues, strangers])
    columns = []
    for c, name in enumerate(NAMES):
        as_match = rng.choice(3, size=len(kind), p=TRUE_M[c])
        as_stranger = rng.choice(3, size=len(kind), p=TRUE_U[c])
        shares = (kind == 0) | ((kind == 1) & (name in SHARED))
        level = np.where(shares, as_match, as_stranger)
        columns.append(np.where(rng.random(len(kind)) < missing, -1, level))
    levels = np.stack(columns, axis=1).astype(np.int8)
    vectors = Vectors(levels, np.zeros(levels.shape), np.ones(len(kind)))
    return World(vectors, kind, _population(levels, unseen=unseen, missing=missing))


def _population(levels: NDArray[np.int8], *, unseen: int, missing: float = 0.0) -> Population:
    """Return the level shares of all pairs, known exactly."""
    counts = [
        np.bincount(column[column >= 0], minlength=3) + (1 - missing) * unseen * u + 1e-3
        for column, u in zip(levels.T, TRUE_U, strict=True)
    ]
    compared = tuple(float(n.sum()) for n in counts)
    return Population(len(levels) + unseen, compared, tuple(n / n.sum() for n in counts))


def _learn(
    world: World, comparisons: tuple[Comparison, ...] = COMPARISONS, *, kinships: tuple[str, ...] = ()
) -> Estimates:
    return expectation_maximisation(
        world.vectors, comparisons, population=world.population, kinships=kinships
    )


@pytest.fixture
def weak_prior(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the data speak: what is believed before weighs next to nothing."""
    monkeypatch.setattr(training, "PRIOR_PAIRS", 5.0)
    monkeypatch.setattr(training, "LEAST_DISAGREEMENT", 0.01)  # of the prior
    monkeypatch.setattr(training, "LEAST_AGREEMENT", 0.01)


@pytest.mark.usefixtures("weak_prior")
def test_em_recovers_m_u_and_the_number_of_matches() -> None:
    world = _world(matches=1500, colleagues=0, strangers=60_000)

    found = _learn(world)

    for c in range(len(NAMES)):
        assert found.m[c] == pytest.approx(TRUE_M[c], abs=0.03)
        assert found.u[c] == pytest.approx(TRUE_U[c], abs=0.01)
    assert found.matches == pytest.approx(1500, rel=0.05)
    assert found.prior_weight == pytest.approx(np.log2(1500 / 60_000), abs=0.1)


@pytest.mark.usefixtures("weak_prior")
def test_posteriors_are_calibrated_on_data_that_fit_the_model() -> None:
    world = _world(matches=1500, colleagues=0, strangers=60_000)

    posterior = _learn(world).posterior

    for low, high in ((0.05, 0.5), (0.5, 0.95), (0.95, 1.01)):
        within = (posterior >= low) & (posterior < high)
        assert float((world.kind[within] == 0).mean()) == pytest.approx(
            float(posterior[within].mean()), abs=0.1
        )


@pytest.mark.usefixtures("weak_prior")
def test_colleagues_are_not_taken_for_matches() -> None:
    world = _world(matches=800, colleagues=8000, strangers=40_000, unseen=2_000_000)
    comparisons = tuple(replace(c, shared_by=("colleague",)) if c.name in SHARED else c for c in COMPARISONS)

    found = _learn(world, comparisons, kinships=("colleague",))

    assert float(_learn(world).posterior[world.kind == 1].mean()) > 0.3  # the failure that the class prevents
    assert float(found.posterior[world.kind == 1].mean()) < 0.05
    assert float(found.posterior[world.kind == 0].mean()) > 0.6
    assert found.matches == pytest.approx(800, rel=0.3)
    assert found.kin["colleague"] > 2000


def test_a_kinship_that_no_comparison_tells_apart_is_no_class() -> None:
    world = _world(matches=50, colleagues=0, strangers=1000)

    assert _learn(world, kinships=("colleague",)).kin == {}


def test_few_pairs_leave_m_near_what_was_believed_before() -> None:
    world = _world(matches=2, colleagues=0, strangers=5)

    found = _learn(world)

    for c, comparison in enumerate(COMPARISONS):
        assert found.m[c] == pytest.approx(prior_m(comparison), abs=0.1)


def test_a_field_that_no_random_pair_shares_teaches_nothing_and_breaks_nothing() -> None:
    world = _world(matches=50, colleagues=0, strangers=1000)
    population = replace(world.population, compared=(0.0, *world.population.compared[1:]))

    found = expectation_maximisation(world.vectors, COMPARISONS, population=population)

    assert np.isfinite(found.u[0]).all()
    assert np.isfinite(found.posterior).all()


@pytest.mark.usefixtures("weak_prior")
def test_duplicates_in_the_population_do_not_teach_that_agreement_is_common() -> None:
    world = _world(matches=3000, colleagues=0, strangers=3000, missing=0.0)

    found = _learn(world)

    assert world.population.shares[0][2] > 0.3  # of all pairs
    assert found.u[0] == pytest.approx(TRUE_U[0], abs=0.02)


def test_weighted_pairs_count_as_often_as_they_stand_for() -> None:
    world = _world(matches=300, colleagues=0, strangers=4000)
    v = world.vectors
    twice = Vectors(
        np.repeat(v.levels, 2, axis=0), np.repeat(v.rarity, 2, axis=0), np.ones(2 * len(v.levels))
    )
    population = replace(
        world.population,
        pairs=2 * world.population.pairs,
        compared=tuple(2 * n for n in world.population.compared),
    )

    repeated = expectation_maximisation(twice, COMPARISONS, population=population)
    weighted = expectation_maximisation(replace(v, weights=2 * v.weights), COMPARISONS, population=population)

    assert weighted.matches == pytest.approx(repeated.matches)
    assert np.concatenate(weighted.m) == pytest.approx(np.concatenate(repeated.m))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(*[st.integers(-1, 2)] * len(NAMES)), min_size=1, max_size=30), st.integers(1, 10_000)
)
def test_em_never_collapses(rows: list[tuple[int, ...]], unseen: int) -> None:
    levels = np.array(rows, dtype=np.int8)
    vectors = Vectors(levels, np.zeros(levels.shape), np.ones(len(rows)))
    population = _population(levels, unseen=unseen)

    found = expectation_maximisation(vectors, COMPARISONS, population=population)

    for c, comparison in enumerate(COMPARISONS):
        assert (found.m[c] >= 0.05 * prior_m(comparison)).all()
        assert found.m[c].sum() == pytest.approx(1, abs=0.2)
        assert found.u[c].sum() == pytest.approx(1, abs=1e-5)
        assert (found.u[c] > 0).all()
    assert ((found.posterior >= 0) & (found.posterior <= 1)).all()
    assert 1 <= found.matches <= len(rows) + 1
