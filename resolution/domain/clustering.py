"""Values of clustering: what ties records together or keeps them apart, and what its outcome is worth."""

from dataclasses import dataclass

DECIDED = 20.0  # match weight, log2 odds, of a decided pair that the model never scored
STRICT_WEIGHT = 8.0  # log2 odds of a pair that a deterministic rule links: as much as any pair may count


@dataclass(frozen=True, slots=True)
class Bridge:
    """When two groups of records become one (part of the model).

    Two groups are joined by a link at or above the threshold only if the average weight over *all* pairs
    between them reaches `least_mean` (log2 odds). A pair that was never scored counts as `unscored`, and
    no pair counts for more than `most` in either direction. So one bad edge joins nothing that the rest
    of the evidence keeps apart.
    """

    least_mean: float = -1.0
    unscored: float = -2.0
    most: float = 8.0


@dataclass(frozen=True, slots=True)
class ClusterEvidence:
    """How much each thing that clustering says is worth, in bits (part of the model).

    `*_slope` times the match weight is what is left of it: weights add up evidence that comes twice, and
    clustering has used it too. The other numbers are bits; those of `low`, `high` and `third` are bits per
    bit. Beyond `decided` (bits, either way) a weight keeps all that it has more.

    Source: logistic regression over the scored pairs of ten labelled sets, each set counting alike
    (docs/decisions/0013-what-clustering-says-is-the-last-evidence.md).
    """

    decided: float = 9.0
    together: float = -1.25
    together_slope: float = 0.38
    together_alone: float = 3.63  # two records that are the whole cluster
    together_low: float = -0.24
    together_high: float = 0.42
    together_third: float = 0.26
    together_firm_third: float = 2.27  # the third record's tie is as strong as ties count
    apart: float = 1.04
    apart_slope: float = 0.70
    apart_low: float = 1.03
    apart_high: float = -0.57
    apart_refused: float = -1.65  # a link that clustering did not follow
    vetoed: float = -2.60
