"""What happened with a party, in short: counts, first and last, quarters, the newest few."""

from collections import Counter
from collections.abc import Sequence

from context_api.rendering.facts import Doing
from context_api.rendering.masking import Marking
from context_api.rendering.process import told

NEWEST = 10
QUARTERS = 8  # two years of trend


def history_part(activities: Sequence[Doing], marking: Marking, *, more: str) -> dict[str, object]:
    """Return the `history` part of a view, from activities that come newest first."""
    times = [doing.occurred_at for doing in activities if doing.occurred_at is not None]
    quarters = Counter(f"{time.year}-Q{(time.month + 2) // 3}" for time in times)
    last = sorted(quarters)[-QUARTERS:]
    return {
        "count": len(activities),
        "by_kind": dict(sorted(Counter(doing.kind for doing in activities).items())),
        "first_at": min(times, default=None),
        "last_at": max(times, default=None),
        "by_quarter": {quarter: quarters[quarter] for quarter in last},
        "newest": [told(doing, marking) for doing in activities[:NEWEST]],
        "more": more,
    }
