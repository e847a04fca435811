"""Names by meaning: which pairs are compared, what is learned, and that weights stay additive."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import duckdb
import numpy as np
import pytest

from resolution.matching import semantic
from resolution.matching.model import (
    Calibration,
    PartyModel,
    ResolutionModel,
    TrainedComparison,
    TrainedLevel,
    from_json,
    to_json,
)
from resolution.matching.name_vectors import Encoder, NameVectors
from resolution.matching.semantic import add_meaning, compare_meaning, learn_meaning

LEARNED = TrainedComparison(
    "name_meaning",
    "Name by meaning",
    ("org_name",),
    (
        TrainedLevel(2, "same meaning", "cosine >= 0.7", 0.3, 0.01, 4.0),
        TrainedLevel(1, "close", "cosine >= 0.45", 0.3, 0.15, 1.0),
        TrainedLevel(0, "unrelated", "", 0.4, 0.8, -1.0),
        TrainedLevel(-1, "missing", "cosine IS NULL", None, None, 0.0),
    ),
)
SPELLING = TrainedComparison(
    "org_name",
    "Name",
    ("org_name",),
    (
        TrainedLevel(1, "same", "org_name_l = org_name_r", 0.9, 0.01, 6.5),
        TrainedLevel(0, "different", "", 0.1, 0.99, -3.3),
        TrainedLevel(-1, "missing", "org_name_l IS NULL OR org_name_r IS NULL", None, None, 0.0),
    ),
)
# The angle of a name's vector, in degrees: two names mean the same where their angles are near.
ANGLES = {"nursery": 0, "childcare": 20, "school": 55, "steel": 90}


@pytest.fixture
def party() -> PartyModel:
    """Return a model with match at .5 and review at .1, that is weights 0 and -3.17."""
    return PartyModel(
        status="fitted",
        status_reason="by hand",
        prior_weight=-8.0,
        comparisons=(SPELLING,),
        blocking_rules=(),
        term_frequencies={},
        word_weights={},
        default_word_weight=1.0,
        calibration=Calibration("none"),
        match_threshold=0.5,
        review_threshold=0.1,
        semantic=LEARNED,
    )


def _encode(names: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    angles = np.radians([ANGLES.get(name.split()[0], 90 + len(name)) for name in names])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@pytest.fixture
def vectors() -> NameVectors:
    return NameVectors(lambda: _encode)


@pytest.fixture
def unloadable() -> NameVectors:
    def load() -> Encoder:
        raise AssertionError("the embedding model was loaded")

    return NameVectors(load)


Link = tuple[str, str, float]  # names left and right, match weight before
Loader = Callable[..., None]


@pytest.fixture
def load(connection: duckdb.DuckDBPyConnection) -> Loader:
    """Return a function that makes `links` and `match_organization` of pairs of names."""

    def make(links: Sequence[Link], *, level: int = 0, method: str = "probabilistic", veto: str = "") -> None:
        connection.execute("CREATE OR REPLACE TABLE match_organization (record_id VARCHAR, org_name VARCHAR)")
        connection.execute(
            "CREATE OR REPLACE TABLE links (record_id_l VARCHAR, record_id_r VARCHAR, party_type VARCHAR,"
            " match_weight DOUBLE, match_probability DOUBLE, method VARCHAR, veto VARCHAR, band VARCHAR,"
            " level_org_name TINYINT)"
        )
        for n, (left, right, weight) in enumerate(links):
            ends = f"{n:05}l", f"{n:05}r"
            connection.executemany(
                "INSERT INTO match_organization VALUES (?, ?)", list(zip(ends, (left, right), strict=True))
            )
            probability = 1 / (1 + 2.0**-weight)
            band = "match" if probability >= 0.5 else "review" if probability >= 0.1 else "no_match"
            connection.execute(
                "INSERT INTO links VALUES (?, ?, 'organization', ?, ?, ?, nullif(?, ''), ?, ?)",
                [*ends, weight, probability, method, veto, band, level],
            )

    return make


def _outcome(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT level_name_meaning, weight_name_meaning, match_weight, method, band FROM links ORDER BY ALL"
    ).fetchall()


@pytest.mark.parametrize(
    ("names", "before", "expected"),
    [
        pytest.param(("nursery", "childcare"), -2.0, (2, 4.0, 2.0, "assisted", "match"), id="joined"),
        pytest.param(("nursery", "school"), -2.0, (1, 1.0, -1.0, "probabilistic", "review"), id="raised"),
        pytest.param(("nursery", "steel"), -3.0, (0, -1.0, -4.0, "probabilistic", "no_match"), id="lowered"),
        pytest.param(("nursery", "steel"), 0.5, (0, -1.0, -0.5, "probabilistic", "review"), id="parted"),
        pytest.param(("nursery", "childcare"), 0.5, (2, 4.0, 4.5, "probabilistic", "match"), id="confirmed"),
    ],
)
def test_meaning_moves_an_undecided_pair(
    connection: duckdb.DuckDBPyConnection,
    load: Loader,
    party: PartyModel,
    vectors: NameVectors,
    names: tuple[str, str],
    before: float,
    expected: tuple[object, ...],
) -> None:
    load([(*names, before)])

    compare_meaning(connection, "match_organization", model=party, vectors=vectors)

    assert _outcome(connection) == [expected]


@pytest.mark.parametrize(
    ("weight", "how"),
    [
        pytest.param(-4.0, {}, id="below-review"),
        pytest.param(4.0, {}, id="surely-a-match"),
        pytest.param(-1.0, {"veto": "different_identifiers"}, id="vetoed"),
        pytest.param(-1.0, {"method": "deterministic"}, id="linked-by-a-rule"),
        pytest.param(-1.0, {"level": 1}, id="spelled-alike"),
        pytest.param(-1.0, {"level": -1}, id="without-a-name"),
    ],
)
def test_a_decided_pair_is_not_compared_and_nothing_is_loaded(
    connection: duckdb.DuckDBPyConnection,
    load: Loader,
    party: PartyModel,
    unloadable: NameVectors,
    weight: float,
    how: dict[str, str],
) -> None:
    load([("nursery", "childcare", weight)], **how)

    compare_meaning(connection, "match_organization", model=party, vectors=unloadable)

    assert [row[:3] for row in _outcome(connection)] == [(None, None, weight)]


def test_probability_and_weight_agree_and_weights_add_up(
    connection: duckdb.DuckDBPyConnection, load: Loader, party: PartyModel, vectors: NameVectors
) -> None:
    load([("nursery", other, weight) for other in ANGLES for weight in (-3.0, -1.5, 0.0, 2.5)])

    compare_meaning(connection, "match_organization", model=party, vectors=vectors)

    before = [-3.0, -1.5, 0.0, 2.5] * len(ANGLES)
    rows = connection.execute(
        "SELECT match_weight, weight_name_meaning, match_probability FROM links ORDER BY record_id_l"
    ).fetchall()
    assert [total - part for total, part, _ in rows] == pytest.approx(before)
    assert [p for *_, p in rows] == pytest.approx([1 / (1 + 2.0**-total) for total, *_ in rows])


def test_comparing_twice_is_comparing_once(
    connection: duckdb.DuckDBPyConnection, load: Loader, party: PartyModel, vectors: NameVectors
) -> None:
    load([("nursery", "school", -2.0), ("nursery", "childcare", -3.0)])

    compare_meaning(connection, "match_organization", model=party, vectors=vectors)
    once = _outcome(connection)
    again = compare_meaning(connection, "match_organization", model=party, vectors=vectors)

    assert again == 0
    assert _outcome(connection) == once


def test_a_model_of_rules_only_compares_nothing(
    connection: duckdb.DuckDBPyConnection, load: Loader, party: PartyModel, unloadable: NameVectors
) -> None:
    load([("nursery", "childcare", -1.0)])
    rules = replace(party, status="rules_only", semantic=None, match_threshold=1.0, review_threshold=1.0)

    found = add_meaning(connection, "match_organization", model=rules, is_to_learn=True, vectors=unloadable)

    assert found.semantic is None


def test_without_the_switch_links_stay_as_they_are(
    connection: duckdb.DuckDBPyConnection, load: Loader, party: PartyModel, unloadable: NameVectors
) -> None:
    load([("nursery", "childcare", -1.0)])
    columns = connection.execute("DESCRIBE links").fetchall()

    add_meaning(connection, "match_organization", model=replace(party, semantic=None), vectors=unloadable)

    assert connection.execute("DESCRIBE links").fetchall() == columns


def _many(connection: duckdb.DuckDBPyConnection, load: Loader, *, related: int, strangers: int) -> None:
    """Make undecided pairs of related names, and disbelieved pairs of names that mean as much."""
    pairs = [(f"nursery {n}", f"childcare {n}", 0.0) for n in range(related)]
    load([*pairs, *((f"nursery a{n}", f"childcare a{n}", -8.0) for n in range(strangers))])
    connection.executemany(
        "INSERT INTO match_organization VALUES (?, ?)", [(f"z{n}", "s" * (n + 1)) for n in range(60)]
    )


def test_meaning_counts_for_a_match_where_strangers_do_not_share_it(
    connection: duckdb.DuckDBPyConnection, load: Loader, party: PartyModel, vectors: NameVectors
) -> None:
    _many(connection, load, related=40, strangers=0)

    learned = learn_meaning(
        connection, "match_organization", model=replace(party, semantic=None), vectors=vectors
    )

    assert learned is not None
    weights = [level.weight for level in learned.levels if level.level >= 0]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > weights[-1]


def test_meaning_that_disbelieved_pairs_share_as_often_counts_less(
    connection: duckdb.DuckDBPyConnection, load: Loader, party: PartyModel, vectors: NameVectors
) -> None:
    best = []
    for strangers in (0, 400):
        _many(connection, load, related=40, strangers=strangers)
        learned = learn_meaning(connection, "match_organization", model=party, vectors=vectors)
        assert learned is not None
        best.append(learned.levels[0].weight)

    assert best[1] < best[0]
    assert best[1] < 1


def test_shares_of_levels_are_distributions(
    connection: duckdb.DuckDBPyConnection, load: Loader, party: PartyModel, vectors: NameVectors
) -> None:
    _many(connection, load, related=25, strangers=25)

    learned = learn_meaning(connection, "match_organization", model=party, vectors=vectors)

    assert learned is not None
    known = [level for level in learned.levels if level.level >= 0]
    assert sum(level.m or 0 for level in known) == pytest.approx(1)
    assert sum(level.u or 0 for level in known) == pytest.approx(1)


def test_learning_again_learns_the_same(
    connection: duckdb.DuckDBPyConnection, load: Loader, party: PartyModel, vectors: NameVectors
) -> None:
    _many(connection, load, related=25, strangers=25)

    first, second = (
        learn_meaning(connection, "match_organization", model=party, vectors=known)
        for known in (vectors, NameVectors(lambda: _encode))
    )

    assert first == second


@pytest.mark.parametrize(
    ("m", "u"),
    [
        pytest.param([0.2, 0.3, 0.5], [0.6, 0.3, 0.1], id="in-order"),
        pytest.param([0.5, 0.3, 0.2], [0.2, 0.3, 0.5], id="turned-round"),
        pytest.param([0.3, 0.6, 0.1], [0.6, 0.2, 0.2], id="one-swap"),
    ],
)
def test_a_higher_level_never_weighs_less(m: list[float], u: list[float]) -> None:
    pooled_m, pooled_u = semantic._in_order(np.array(m), np.array(u))

    ratios = (pooled_m / pooled_u).tolist()
    assert ratios == pytest.approx(sorted(ratios))
    assert pooled_m.sum() == pytest.approx(1)
    assert pooled_u.sum() == pytest.approx(1)


def test_the_learned_levels_are_part_of_the_written_model(party: PartyModel) -> None:
    model = ResolutionModel(10, {"organization": party})

    read = from_json(json.loads(json.dumps(to_json(model))))

    assert read == model
    assert read.parties["organization"].semantic == LEARNED
    bare = replace(model, parties={"organization": replace(party, semantic=None)})
    assert bare.model_id != model.model_id
    assert from_json(to_json(bare)) == bare
