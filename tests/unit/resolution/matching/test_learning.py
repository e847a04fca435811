"""What stewards' decisions teach: weights move their way, and a few decisions teach nothing."""

from typing import Protocol

import duckdb
import numpy as np
import pytest

from resolution.matching import engine, preparing, sampling
from resolution.matching.additive import AdditiveWeights
from resolution.matching.learning import FEWEST_DECISIONS, Decisions, learn_from_decisions
from resolution.matching.model import PartyModel
from resolution.matching.vectors import Floats, Vectors

Pair = tuple[str, str]


class Fitted(Protocol):
    connection: duckdb.DuckDBPyConnection
    prepared: preparing.Prepared
    model: PartyModel


@pytest.fixture(scope="module")
def weights(fitted: Fitted) -> AdditiveWeights:
    levels = [
        np.array([lv.weight for lv in sorted(c.levels, key=lambda lv: lv.level) if lv.level >= 0])
        for c in fitted.model.comparisons
    ]
    return AdditiveWeights(tuple(levels), np.ones(len(levels)), fitted.model.prior_weight)


@pytest.fixture(scope="module")
def vectors(fitted: Fitted) -> Vectors:
    engine.score_pairs(
        fitted.connection, "match_person", pairs="pairs", model=fitted.prepared.draft, target="pair_levels"
    )
    return sampling.vectors_of(fitted.connection, "pair_levels", comparisons=fitted.prepared.comparisons)


@pytest.fixture(scope="module")
def unsure(fitted: Fitted, vectors: Vectors, weights: AdditiveWeights) -> list[Pair]:
    """Return blocked pairs, the least sure first."""
    pairs = fitted.connection.execute(
        "SELECT join_key_l, join_key_r FROM pairs ORDER BY join_key_l, join_key_r"
    ).fetchall()
    order = np.argsort(np.abs(weights.score(vectors)), kind="stable")
    return [(str(pairs[i][0]), str(pairs[i][1])) for i in order]


def _learn(
    fitted: Fitted, weights: AdditiveWeights, pairs: list[Pair], *, is_match: bool
) -> tuple[AdditiveWeights, int]:
    decisions = Decisions(
        tuple(left for left, _ in pairs), tuple(right for _, right in pairs), (is_match,) * len(pairs)
    )
    return learn_from_decisions(
        fitted.connection,
        decisions,
        table="match_person",
        comparisons=fitted.prepared.comparisons,
        draft=fitted.prepared.draft,
        weights=weights,
    )


def _mean_of(scores: Floats, unsure: list[Pair], fitted: Fitted) -> float:
    pairs = fitted.connection.execute(
        "SELECT join_key_l, join_key_r FROM pairs ORDER BY join_key_l, join_key_r"
    ).fetchall()
    decided = set(unsure[:100])
    return float(scores[[(str(a), str(b)) in decided for a, b in pairs]].mean())


@pytest.mark.parametrize("is_match", [True, False], ids=["match", "no-match"])
def test_decisions_move_the_scores_their_way(
    fitted: Fitted, weights: AdditiveWeights, vectors: Vectors, unsure: list[Pair], is_match: bool
) -> None:
    before = _mean_of(weights.score(vectors), unsure, fitted)

    learned, number = _learn(fitted, weights, unsure[:100], is_match=is_match)

    after = _mean_of(learned.score(vectors), unsure, fitted)
    assert number == 100
    assert (after > before + 0.5) if is_match else (after < before - 0.5)


def test_more_decisions_move_more(
    fitted: Fitted, weights: AdditiveWeights, vectors: Vectors, unsure: list[Pair]
) -> None:
    moved = []
    for number in (FEWEST_DECISIONS, 50, 100):
        learned, _ = _learn(fitted, weights, unsure[:number], is_match=True)
        moved.append(_mean_of(learned.score(vectors), unsure, fitted))

    assert moved == sorted(moved)


def test_a_few_decisions_do_not_train(fitted: Fitted, weights: AdditiveWeights, unsure: list[Pair]) -> None:
    learned, number = _learn(fitted, weights, unsure[: FEWEST_DECISIONS - 1], is_match=True)

    assert number == 0
    assert learned is weights


def test_decisions_on_records_of_another_type_do_not_count(
    fitted: Fitted, weights: AdditiveWeights, unsure: list[Pair]
) -> None:
    elsewhere = [("erp:organization:1", right) for _, right in unsure[:50]]

    assert _learn(fitted, weights, elsewhere, is_match=True)[1] == 0
    assert _learn(fitted, weights, elsewhere + unsure[:30], is_match=True)[1] == 30


def test_it_does_not_matter_which_record_is_named_first(
    fitted: Fitted, weights: AdditiveWeights, vectors: Vectors, unsure: list[Pair]
) -> None:
    turned = [(right, left) for left, right in reversed(unsure[:40])]

    one, _ = _learn(fitted, weights, unsure[:40], is_match=False)
    other, _ = _learn(fitted, weights, turned, is_match=False)

    assert other.score(vectors) == pytest.approx(one.score(vectors), abs=1e-9)
