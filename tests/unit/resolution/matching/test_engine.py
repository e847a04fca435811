"""Splink's scores are the model's weights, term frequencies included (law 5)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from resolution.matching import engine, preparing, sampling
from resolution.matching.additive import AdditiveWeights
from resolution.matching.model import PartyModel, ResolutionModel
from resolution.matching.vectors import Floats, probabilities


class Fitted(Protocol):
    connection: duckdb.DuckDBPyConnection
    prepared: preparing.Prepared
    model: PartyModel


@dataclass(frozen=True)
class Scored:
    """What Splink said of pairs, in order of the pairs."""

    weight: Floats
    probability: Floats
    parts: Floats  # pairs by columns mw_*
    names: tuple[str, ...]


def _score(
    connection: duckdb.DuckDBPyConnection, model: PartyModel, *, table: str = "match_person"
) -> Scored:
    engine.score_pairs(connection, table, pairs="pairs", model=model, target="scored")
    found = connection.execute("FROM scored ORDER BY record_id_l, record_id_r").to_arrow_table()
    names = tuple(n for n in found.column_names if n.startswith("mw_"))
    parts = np.stack([found[n].to_numpy() for n in names], axis=1)
    weight, probability = (found[n].to_numpy() for n in ("match_weight", "match_probability"))
    return Scored(weight, probability, parts, names)


def _weights(model: PartyModel) -> AdditiveWeights:
    """Return the weights by level number and the factors of term frequencies that a model states."""
    levels, rarity = [], []
    for comparison in model.comparisons:
        scored = sorted((lv for lv in comparison.levels if lv.level >= 0), key=lambda lv: lv.level)
        levels.append(np.array([lv.weight for lv in scored]))
        rarity.append(max((lv.tf_weight for lv in scored if lv.tf_column), default=0.0, key=abs))
    return AdditiveWeights(tuple(levels), np.array(rarity), model.prior_weight)


def test_a_score_is_the_prior_and_its_weights(fitted: Fitted) -> None:
    scored = _score(fitted.connection, fitted.model)

    assert len(scored.weight) > 100
    assert any(name.startswith("mw_tf_adj_") for name in scored.names)
    assert scored.weight == pytest.approx(fitted.model.prior_weight + scored.parts.sum(axis=1), abs=1e-9)
    assert scored.probability == pytest.approx(probabilities(scored.weight), abs=1e-9)


def test_splink_scores_as_the_scorer_that_was_fitted(fitted: Fitted) -> None:
    scored = _score(fitted.connection, fitted.model)
    engine.score_pairs(
        fitted.connection, "match_person", pairs="pairs", model=fitted.prepared.draft, target="draft_levels"
    )
    vectors = sampling.vectors_of(fitted.connection, "draft_levels", comparisons=fitted.prepared.comparisons)

    assert scored.weight == pytest.approx(_weights(fitted.model).score(vectors), abs=1e-9)


def test_a_pair_scores_the_same_alone(fitted: Fitted) -> None:
    together = _score(fitted.connection, fitted.model)
    pairs = fitted.connection.execute("SELECT join_key_l, join_key_r FROM pairs ORDER BY ALL").fetchall()

    for n in (0, len(pairs) // 2, len(pairs) - 1):
        rows = fitted.connection.execute(
            "FROM match_person WHERE record_id IN (?, ?)", list(pairs[n])
        ).to_arrow_table()
        with duckdb.connect(":memory:") as alone:
            _pair_table(alone, rows, [pairs[n]])
            assert _score(alone, fitted.model).weight == pytest.approx(together.weight[n : n + 1], abs=1e-12)


def _pair_table(
    connection: duckdb.DuckDBPyConnection, rows: pa.Table, pairs: Sequence[tuple[str, str]]
) -> None:
    connection.register("rows", rows)
    connection.execute("CREATE TABLE match_person AS FROM rows")
    connection.execute("CREATE TABLE pairs (match_key VARCHAR, join_key_l VARCHAR, join_key_r VARCHAR)")
    connection.executemany("INSERT INTO pairs VALUES ('0', ?, ?)", [list(pair) for pair in pairs])


@pytest.fixture
def by_hand(
    connection: duckdb.DuckDBPyConnection, match_input: Callable[..., str], model: ResolutionModel
) -> duckdb.DuckDBPyConnection:
    """Return a database with three people of one name and the pairs of them."""
    table = match_input(
        connection,
        [
            {"record_id": "a", "family_name": "smith", "email": "x@y.com"},
            {"record_id": "b", "family_name": "smith", "email": "z@y.com"},
            {"record_id": "c", "family_name": "kron"},
        ],
    )
    preparing.complete_input(connection, table, model=model.parties["person"], target="match_person")
    connection.execute("CREATE TABLE pairs (match_key VARCHAR, join_key_l VARCHAR, join_key_r VARCHAR)")
    connection.execute("INSERT INTO pairs VALUES ('1', 'a', 'b'), ('0', 'a', 'c')")
    return connection


def test_weights_are_as_calculated_by_hand(
    by_hand: duckdb.DuckDBPyConnection, model: ResolutionModel
) -> None:
    scored = _score(by_hand, model.parties["person"])

    smith = 6.0 + 0.75 * np.log2(0.01 / 0.25)  # agreement on a common name
    assert scored.weight == pytest.approx([-7.3 + smith - 1.0, -7.3 - 4.0], abs=1e-9)


def test_pairs_below_the_least_weight_are_left_out(
    by_hand: duckdb.DuckDBPyConnection, model: ResolutionModel
) -> None:
    party = model.parties["person"]

    engine.score_pairs(by_hand, "match_person", pairs="pairs", model=party, target="kept", least_weight=-8.0)

    assert by_hand.execute("SELECT record_id_l, record_id_r, match_key FROM kept").fetchall() == [
        ("a", "b", "1")
    ]


@pytest.mark.parametrize("weight", [-60.0, -0.5, 0.0, 3.0, 60.0])
def test_any_weight_can_be_stated(
    by_hand: duckdb.DuckDBPyConnection, model: ResolutionModel, weight: float
) -> None:
    party = model.parties["person"]
    name, mail = party.comparisons
    worst = replace(name.levels[1], weight=weight)
    changed = replace(
        party, comparisons=(replace(name, levels=(name.levels[0], worst, name.levels[2])), mail)
    )

    assert _score(by_hand, changed).weight[1] == pytest.approx(-7.3 + weight, abs=1e-9)


@pytest.mark.parametrize("prior", [-30.0, -7.3, 0.0, 12.0])
def test_any_prior_can_be_stated(
    by_hand: duckdb.DuckDBPyConnection, model: ResolutionModel, prior: float
) -> None:
    scored = _score(by_hand, replace(model.parties["person"], prior_weight=prior))

    assert scored.weight[1] == pytest.approx(prior - 4.0, abs=1e-9)
