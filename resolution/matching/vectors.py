"""Comparison vectors of pairs: the levels that comparisons found, and how many pairs look so."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RARITY_STEPS = 4  # per bit: rarer or commoner by less than an eighth of a bit is alike
MOST_KEYS = 2**62  # of numbered vectors, that int64 can tell apart

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Comparison vectors of pairs.

    `levels[p, c]` is the level of pair p at comparison c, -1 where missing. `rarity[p, c]` is what the
    term frequency adds to the weight, 0 where none counts. `weights[p]` is how many pairs of the
    population the row stands for.
    """

    levels: NDArray[np.int8]
    rarity: Floats
    weights: Floats

    def beside(self, others: "Vectors") -> "Vectors":
        """Return these vectors and the others behind them."""
        return Vectors(
            np.concatenate([self.levels, others.levels]),
            np.concatenate([self.rarity, others.rarity]),
            np.concatenate([self.weights, others.weights]),
        )

    def distinct(self) -> tuple["Vectors", NDArray[np.int64]]:
        """Return one weighted row for all pairs that look alike, and the row that each pair went to.

        Pairs look alike that have the same levels, and rarities alike to `RARITY_STEPS`. A quarter of a
        million pairs are some ten thousand rows, and learning from those takes a tenth of the time.
        """
        steps = np.round(self.rarity * RARITY_STEPS).astype(np.int64)
        row = np.zeros(len(self.levels), dtype=np.int64)
        count = 1
        for column in (*self.levels.T.astype(np.int64), *steps.T):
            value = column - column.min(initial=0)
            values = int(value.max(initial=0)) + 1
            if count * values >= MOST_KEYS:
                found, row = np.unique(row, return_inverse=True)
                count = len(found)
            row, count = row * values + value, count * values
        _, first, row = np.unique(row, return_index=True, return_inverse=True)
        weights = np.bincount(row, weights=self.weights, minlength=len(first)).astype(np.float64)
        return Vectors(self.levels[first], steps[first] / RARITY_STEPS, weights), row


def probabilities(weights: Floats) -> Floats:
    """Return match probabilities of match weights (log2 odds)."""
    return 1.0 / (1.0 + np.exp2(-np.clip(weights, -500, 500)))


def expected_levels(vectors: Vectors, expected: Floats, *, comparison: int, size: int) -> Floats:
    """Return how many pairs fall in each level, each counted as `expected` says."""
    levels = vectors.levels[:, comparison]
    seen = levels >= 0
    return np.bincount(levels[seen], weights=expected[seen], minlength=size).astype(float)
