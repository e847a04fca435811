"""Vectors that look alike are one row, and weights are odds."""

import numpy as np
import pytest

from resolution.matching.vectors import Vectors, probabilities


@pytest.mark.parametrize(("weight", "probability"), [(0.0, 0.5), (1.0, 2 / 3), (-3.0, 1 / 9), (900.0, 1.0)])
def test_a_weight_is_log2_of_the_odds(weight: float, probability: float) -> None:
    assert probabilities(np.array([weight]))[0] == pytest.approx(probability)


def test_pairs_that_look_alike_are_one_row_with_their_weight() -> None:
    levels = np.array([[2, -1], [0, 1], [2, -1], [2, -1]], dtype=np.int8)
    rarity = np.array([[1.0, 0.0], [0.0, 0.0], [1.1, 0.0], [3.0, 0.0]])  # 1 and 1.1 are alike, 3 is not

    rows, row = Vectors(levels, rarity, np.array([1.0, 2.0, 3.0, 4.0])).distinct()

    assert row[0] == row[2]
    assert len(set(row.tolist())) == 3
    assert rows.weights[row].tolist() == [4.0, 2.0, 4.0, 4.0]
    assert rows.levels[row].tolist() == levels.tolist()
    assert rows.rarity[row] == pytest.approx(rarity, abs=0.125)


def test_as_many_columns_as_there_may_be_are_told_apart() -> None:
    levels = np.random.default_rng(5).integers(-1, 9, size=(500, 40)).astype(np.int8)

    rows, row = Vectors(levels, np.zeros(levels.shape), np.ones(500)).distinct()

    assert len(rows.levels) == len(np.unique(levels, axis=0))
    assert np.array_equal(rows.levels[row], levels)
