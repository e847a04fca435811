"""Learning m and u without labels: expectation maximisation over the whole population of pairs.

In: comparison vectors of the blocked pairs (a sample of them) and of random pairs. Out: m, u and the share
of matches for each comparison level. Differences from textbook EM, each for a failure seen in practice:

* All N(N-1)/2 pairs are the population. Blocked pairs are observed, the rest are taken as non-matches, so
  the share of matches needs no guess and training does not depend on the blocking rules.
* u comes from random pairs and from term frequencies (the chance that two random records agree is
  the sum of squared frequencies), *less* the matches among them: small files full of duplicates would
  otherwise teach that agreeing on an e-mail is common.
* m has a Dirichlet prior worth `PRIOR_PAIRS` matching pairs (see `comparisons`), so that EM cannot
  collapse on few pairs; how far it moved and how well it separates is reported.
* Term frequencies take part in the E-step.

Source: Fellegi and Sunter 1969; Enamorado, Fifield and Imai 2019 (fastLink) for EM on vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resolution.matching.comparisons import PRIOR_PAIRS, Comparison

FLOOR = 1e-7  # no level is impossible, among matches or non-matches
MOST_ITERATIONS = 100
CONVERGED = 1e-4  # largest change of any m

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Comparison vectors of pairs.

    `levels[p, c]` is the level of pair p at comparison c, -1 where missing. `rarity[p, c]` is
    -log2 of the term frequency that counts for that level, NaN where none does. `weights[p]` is how
    many pairs of the population the row stands for.
    """

    levels: NDArray[np.int8]
    rarity: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class Estimates:
    """What EM learned. `m[c][l]` and `u[c][l]` by comparison and level number (0 is the worst)."""

    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    matches: float
    pairs: float
    iterations: int
    posterior: Floats  # match probability of each blocked pair of the input

    @property
    def prior_weight(self) -> float:
        """Return the log2 odds that two random records match."""
        return float(np.log2(self.matches / max(self.pairs - self.matches, 1.0)))


def level_shares(vectors: Vectors, comparisons: Sequence[Comparison]) -> tuple[Floats, ...]:
    """Return the share of each level among comparable pairs, never zero (add-half smoothing)."""
    shares = []
    for c, comparison in enumerate(comparisons):
        levels = vectors.levels[:, c]
        seen = levels >= 0
        counts = np.bincount(levels[seen], weights=vectors.weights[seen], minlength=len(comparison.levels))
        shares.append((counts + 0.5) / (counts.sum() + 0.5 * len(counts)))
    return tuple(shares)


def prior_m(comparison: Comparison) -> Floats:
    """Return the prior m by level number; levels left out give their share to the others."""
    m = np.array([level.prior_m for level in reversed(comparison.levels)])
    return m / m.sum()


def pair_weights(
    vectors: Vectors, m: Sequence[Floats], u: Sequence[Floats], *, prior_weight: float
) -> Floats:
    """Return the match weight of every pair: prior plus the weight of each comparison."""
    total = np.full(len(vectors.levels), prior_weight)
    for c in range(vectors.levels.shape[1]):
        levels = vectors.levels[:, c]
        seen = levels >= 0
        rarity = vectors.rarity[:, c]
        against = np.where(np.isnan(rarity), -np.log2(u[c])[levels], rarity)
        total += np.where(seen, np.log2(m[c])[levels] + against, 0.0)
    return total


def probabilities(weights: Floats) -> Floats:
    """Return match probabilities of match weights (log2 odds)."""
    return 1.0 / (1.0 + np.exp2(-np.clip(weights, -500, 500)))


def _expected_levels(vectors: Vectors, expected: Floats, *, comparison: int, size: int) -> Floats:
    levels = vectors.levels[:, comparison]
    seen = levels >= 0
    return np.bincount(levels[seen], weights=expected[seen], minlength=size).astype(float)


def _non_match_shares(
    shares: Floats, matched: Floats, *, compared: float, compared_matches: float
) -> Floats:
    """Return u: the level shares of all pairs less the matches among them."""
    rest = np.maximum(shares * compared - matched, shares * compared * 0.02)
    u = rest / max(compared - compared_matches, 1.0)
    return np.clip(u / u.sum(), FLOOR, 1.0)


def expectation_maximisation(
    blocked: Vectors,
    random_shares: Sequence[Floats],
    comparisons: Sequence[Comparison],
    *,
    pairs: float,
    compared: Sequence[float],
    prior_pairs: float = PRIOR_PAIRS,
) -> Estimates:
    """Return m, u and the number of matches that explain the blocked pairs best.

    `pairs` is the number of pairs of the population, `compared[c]` how many of them can be compared
    at comparison c, `random_shares[c]` the level shares among those.
    """
    priors = [prior_m(c) for c in comparisons]
    m, u = list(priors), [np.clip(s, FLOOR, 1.0) for s in random_shares]
    matches = max(0.02 * blocked.weights.sum(), 1.0)
    posterior = np.zeros(len(blocked.levels))
    for iteration in range(1, MOST_ITERATIONS + 1):
        prior_weight = float(np.log2(matches / max(pairs - matches, 1.0)))
        posterior = probabilities(pair_weights(blocked, m, u, prior_weight=prior_weight))
        expected = posterior * blocked.weights
        matches = max(float(expected.sum()), 1.0)
        moved = 0.0
        for c, prior in enumerate(priors):
            matched = _expected_levels(blocked, expected, comparison=c, size=len(prior))
            new = (matched + prior_pairs * prior) / (matched.sum() + prior_pairs)
            moved = max(moved, float(np.abs(new - m[c]).max()))
            m[c] = np.clip(new, FLOOR, 1.0)
            u[c] = _non_match_shares(
                random_shares[c], matched, compared=compared[c], compared_matches=float(matched.sum())
            )
        if moved < CONVERGED:
            break
    return Estimates(tuple(m), tuple(u), matches, pairs, iteration, posterior)
