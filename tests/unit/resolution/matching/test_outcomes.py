"""What clustering tells of pairs, and what is learned from it."""

import numpy as np
import pytest

from resolution.matching.additive import AdditiveWeights
from resolution.matching.outcomes import learn_from_outcomes, outcomes
from resolution.matching.vectors import Vectors
from resolution.matching.whole_pairs import WholePairs

NAMES_DIFFER = 0
NAMES_AGREE = 1
HARDLY, NEARLY, SURELY = -1.0, -0.5, 6.0


def _pairs(pairs: list[tuple[int, int]], levels: list[int], **flags: list[bool]) -> WholePairs:
    count = len(pairs)
    given = {
        name: np.array(flags.get(name, [name == "told"] * count)) for name in ("ruled", "vetoed", "told")
    }
    return WholePairs(
        vectors=Vectors(np.array(levels, dtype=np.int8).reshape(-1, 1), np.zeros((count, 1)), np.ones(count)),
        left=np.array([a for a, _ in pairs]),
        right=np.array([b for _, b in pairs]),
        records=1 + max(b for _, b in pairs),
        **given,
    )


def _weights(disagreement: float) -> AdditiveWeights:
    return AdditiveWeights((np.array([disagreement, SURELY]),), np.ones(1), 0.0)


def _triangles(count: int, *, told: bool = True) -> WholePairs:
    """Return triples of records, each with two pairs that agree and one that does not."""
    pairs = [(3 * t + a, 3 * t + b) for t in range(count) for a, b in ((0, 1), (0, 2), (1, 2))]
    return _pairs(pairs, [NAMES_AGREE, NAMES_AGREE, NAMES_DIFFER] * count, told=[told] * len(pairs))


def test_two_records_that_both_match_a_third_end_as_one_party() -> None:
    pairs = _triangles(1)

    joined = outcomes(pairs, _weights(HARDLY).score(pairs.vectors))

    assert joined.tolist() == [True, True, True]


def test_a_veto_parts_and_a_rule_joins_whatever_the_score() -> None:
    pairs = _pairs([(0, 1), (2, 3)], [NAMES_AGREE, NAMES_DIFFER], vetoed=[True, False], ruled=[False, True])

    assert outcomes(pairs, _weights(HARDLY).score(pairs.vectors)).tolist() == [False, True]


def test_a_level_weighs_more_where_its_pairs_end_together() -> None:
    pairs = _triangles(200)

    found = learn_from_outcomes(pairs, _weights(HARDLY))

    assert found.prior + found.levels[0][NAMES_DIFFER] > 0.5


def test_a_level_weighs_less_where_its_pairs_end_apart() -> None:
    pairs = _pairs([(2 * n, 2 * n + 1) for n in range(300)], [NAMES_DIFFER] * 300)

    found = learn_from_outcomes(pairs, _weights(NEARLY))

    assert found.prior + found.levels[0][NAMES_DIFFER] < NEARLY - 0.5


def test_pairs_whose_outcome_is_not_known_change_nothing() -> None:
    pairs = _triangles(200, told=False)

    found = learn_from_outcomes(pairs, _weights(HARDLY))

    assert found.prior + found.levels[0][NAMES_DIFFER] == pytest.approx(HARDLY, abs=1e-3)
