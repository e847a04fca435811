"""The additive scorer: one weight per comparison level, so that batch, look-up and waterfall agree.

EM explains pairs by several classes (matches, kin, strangers); its posterior is no sum of weights. The
scorer is: a logistic regression on comparison levels and term frequencies, fitted to the posterior of
the blocked pairs, and to stewards' decisions where there are any. It starts from, and is pulled
towards, the weights log2(m / u), so that levels with little evidence keep them. Evidence that comes
twice (a mail address made from the name) thereby counts once.

Source: penalised maximum likelihood with a Gaussian prior; L-BFGS by scipy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from resolution.matching.training import Estimates
from resolution.matching.vectors import Floats, Vectors

PULL = 0.1  # strength of the pull towards log2(m / u), per squared bit
RARITY_PULL = 2.0  # how firmly the factor of term frequencies is held at 1
PRIOR_PULL = 0.01
LN2 = float(np.log(2.0))


@dataclass(frozen=True, slots=True)
class AdditiveWeights:
    """`levels[c][l]` in log2 odds, `rarity[c]` the factor of the term-frequency part, `prior`."""

    levels: tuple[Floats, ...]
    rarity: Floats
    prior: float

    def score(self, vectors: Vectors) -> Floats:
        """Return the match weight of every pair."""
        total = np.full(len(vectors.levels), self.prior)
        for c, weights in enumerate(self.levels):
            level = vectors.levels[:, c]
            part = weights[level] + self.rarity[c] * vectors.rarity[:, c]
            total += np.where(level >= 0, part, 0.0)
        return total


def starting_weights(estimates: Estimates) -> AdditiveWeights:
    """Return the Fellegi-Sunter weights log2(m / u)."""
    levels = tuple(np.log2(m / u) for m, u in zip(estimates.m, estimates.u, strict=True))
    return AdditiveWeights(levels, np.ones(len(levels)), estimates.prior_weight)


def _design(vectors: Vectors, sizes: Sequence[int]) -> sparse.csr_matrix:
    """Return one row per pair: a 1 for each level it is at, the rarities, and a constant."""
    count, rows = len(vectors.levels), np.arange(len(vectors.levels))
    offsets = np.cumsum([0, *sizes])
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], Floats]] = []
    for c in range(len(sizes)):
        level = vectors.levels[:, c].astype(np.int64)
        seen = level >= 0
        parts.append((rows[seen], offsets[c] + level[seen], np.ones(int(seen.sum()))))
        rare = seen & (vectors.rarity[:, c] != 0)
        parts.append((rows[rare], np.full(int(rare.sum()), offsets[-1] + c), vectors.rarity[rare, c]))
    parts.append((rows, np.full(count, offsets[-1] + len(sizes)), np.ones(count)))
    row, column, value = (np.concatenate([p[i] for p in parts]) for i in range(3))
    return sparse.csr_matrix((value, (row, column)), shape=(count, int(offsets[-1]) + len(sizes) + 1))


def _pack(weights: AdditiveWeights) -> Floats:
    return np.concatenate([*weights.levels, weights.rarity, [weights.prior]])


def _unpack(packed: Floats, sizes: Sequence[int]) -> AdditiveWeights:
    bounds = np.cumsum([0, *sizes])
    levels = tuple(packed[a:b] for a, b in pairwise(bounds))
    return AdditiveWeights(levels, packed[bounds[-1] : -1], float(packed[-1]))


def fit_additive(
    vectors: Vectors, targets: Floats, *, start: AdditiveWeights, pull: float = PULL
) -> AdditiveWeights:
    """Return the weights that reproduce `targets` (match probabilities of the pairs) best."""
    sizes = [len(levels) for levels in start.levels]
    design, origin = _design(vectors, sizes), _pack(start)
    pulls = np.full(len(origin), pull)
    pulls[-1 - len(sizes) : -1] = pull * RARITY_PULL / PULL
    pulls[-1] = pull * PRIOR_PULL / PULL

    def loss(packed: Floats) -> tuple[float, Floats]:
        score = LN2 * (design @ packed)
        predicted = 1.0 / (1.0 + np.exp(-np.clip(score, -60, 60)))
        moved = packed - origin
        value = float((vectors.weights * (np.logaddexp(0, score) - targets * score)).sum())
        gradient = LN2 * (design.T @ (vectors.weights * (predicted - targets)))
        return value + 0.5 * float((pulls * moved**2).sum()), gradient + pulls * moved

    with threadpool_limits(1):  # for a hundred weights, threads wait for each other longer than they work
        found = minimize(loss, origin, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return _unpack(found.x, sizes)
