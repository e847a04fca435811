"""Values of clustering: what ties records together or keeps them apart."""

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
