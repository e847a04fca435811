"""What would flip it: the single comparison whose other outcome would carry a pair over the threshold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MISSING = -1
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Flip:
    """One comparison at another level, and the match weight there.

    `crosses` is False for the nearest miss that is reported when no single comparison would do.
    """

    label: str
    level_now: str
    level_then: str
    is_missing_now: bool
    is_missing_then: bool
    weight: float
    crosses: bool

    def sentence(self, *, is_match: bool) -> str:
        """Return the flip in words; `is_match` says where the pair stands now."""
        what = self.label[:1].lower() + self.label[1:] if self.label[1:2].islower() else self.label
        if self.is_missing_then:
            condition = f"if the {what} were missing"
        elif self.is_missing_now:
            condition = f'if both stated the {what} and it were "{self.level_then}"'
        else:
            condition = f'if the {what} were "{self.level_then}" instead of "{self.level_now}"'
        moved = f"the match weight would be {self.weight:+.1f}"
        if not self.crosses:
            side = "still a match" if is_match else "still not a match"
            return f"Nothing alone would flip it; nearest: {condition}, {moved}, {side}."
        outcome = "no longer a match" if is_match else "a match"
        return f"{condition[:1].upper()}{condition[1:]}, {moved}: {outcome}."


def find_flips(
    comparisons: Sequence[Mapping[str, Any]],
    held: Mapping[str, tuple[int, float]],
    *,
    total: float,
    threshold: float,
) -> tuple[Flip, ...]:
    """Return the smallest change of each comparison that would flip the pair, the smallest first.

    `held` has level and weight of the pair by comparison; `threshold` is the match weight of a match.
    Another level counts with its weight for a value of average rarity. When no single comparison would
    do, the one that comes nearest is returned alone.
    """
    is_match = total >= threshold
    tried = [
        flip
        for comparison in comparisons
        if comparison["name"] in held
        for flip in [_best(comparison, held[comparison["name"]], total=total, threshold=threshold)]
        if flip is not None
    ]
    crossing = sorted((flip for flip in tried if flip.crosses), key=lambda flip: abs(flip.weight - total))
    if crossing:
        return tuple(crossing[:SHOWN])
    nearest = min if is_match else max
    return (nearest(tried, key=lambda flip: flip.weight),) if tried else ()


def _best(
    comparison: Mapping[str, Any], held: tuple[int, float], *, total: float, threshold: float
) -> Flip | None:
    """Return the smallest crossing change of one comparison, else its largest change that way."""
    level, weight = held
    is_match = total >= threshold
    now = next((str(known["label"]) for known in comparison["levels"] if known["level"] == level), "")
    flips = []
    for other in comparison["levels"]:
        then = total - weight + float(other["weight"])
        if other["level"] == level or (then < total) != is_match:
            continue
        flips.append(
            Flip(
                label=str(comparison["label"]),
                level_now=now,
                level_then=str(other["label"]),
                is_missing_now=level == MISSING,
                is_missing_then=other["level"] == MISSING,
                weight=then,
                crosses=(then >= threshold) != is_match,
            )
        )
    crossing = [flip for flip in flips if flip.crosses]
    if crossing:
        return min(crossing, key=lambda flip: abs(flip.weight - total))
    return max(flips, key=lambda flip: abs(flip.weight - total), default=None)
