"""Learning a second time, from what clustering tells: which pairs ended as one party, and which did not.

EM and the additive scorer see one pair at a time. A cluster is decided by all pairs between its records, so
it knows more: two records with unlike names that both match a third are one party, and two that look alike
and match nothing in common are branches. The outcome of each pair is put beside what was believed of it, and
the weights are fitted once more. No labels are used.

It needs pairs that are whole (`resolution/matching/whole_pairs.py`): with all pairs of every record that
clustering could join to them, so that they end as they would among all records.
"""

import numpy as np
from numpy.typing import NDArray

from resolution.clustering import Constraints, Links, cluster
from resolution.domain.clustering import STRICT_WEIGHT, Bridge
from resolution.matching.additive import AdditiveWeights, fit_additive
from resolution.matching.scoring import KEPT_WEIGHT
from resolution.matching.vectors import Floats, probabilities
from resolution.matching.whole_pairs import JOINS, WholePairs

OUTCOME_SHARE = 0.7  # of a target; the rest is the first belief. Measured on labelled sets: .5 to .8 is alike
ROUNDS = 2  # more rounds merge more, and no longer better


def outcomes(pairs: WholePairs, scores: Floats) -> NDArray[np.bool_]:
    """Return for each pair whether clustering by these match weights puts its records together."""
    ruled = pairs.ruled & ~pairs.vetoed
    joins = ((scores >= JOINS) | ruled) & ~pairs.vetoed
    kept = (scores >= KEPT_WEIGHT) | pairs.ruled
    weight = np.where(ruled, np.maximum(scores, STRICT_WEIGHT), scores)
    apart = np.flatnonzero(pairs.vetoed & kept)
    cannot = list(zip(pairs.left[apart].tolist(), pairs.right[apart].tolist(), strict=True))
    home = cluster(
        pairs.records,
        Links(pairs.left[kept], pairs.right[kept], weight[kept], joins[kept]),
        constraints=Constraints(cannot=cannot),
        bridge=Bridge(),
    )
    return np.asarray(home[pairs.left] == home[pairs.right])


def learn_from_outcomes(pairs: WholePairs, weights: AdditiveWeights) -> AdditiveWeights:
    """Return the weights fitted to the outcomes of clustering and to what they said at first."""
    rows, row = pairs.vectors.distinct()
    alike = np.maximum(np.bincount(row, minlength=len(rows.weights)), 1)
    scores = weights.score(pairs.vectors)
    believed = probabilities(scores)
    for _ in range(ROUNDS):
        joined = outcomes(pairs, scores).astype(float)
        outcome = np.where(pairs.told, joined, believed)
        targets = OUTCOME_SHARE * outcome + (1 - OUTCOME_SHARE) * believed
        weights = fit_additive(rows, np.bincount(row, weights=targets) / alike, start=weights)
        scores = weights.score(pairs.vectors)
    return weights
