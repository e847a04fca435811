"""Times as sources write them: read, judged and stepped back without changing how they are written.

A cursor is compared by the source itself, so a cursor that we make must look like the source's own.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

# A row dated further ahead than this is taken in, but the cursor does not follow it: it would step over
# everything that is written until that day. Five minutes is what clocks of two machines may differ.
CLOCK_SKEW = timedelta(minutes=5)
EXTENDED = re.compile(r"\d{4}-\d\d-\d\d(.\d\d|$)", re.DOTALL)
CLOCK = re.compile(r"[\d:.]*")  # what of a time stands before its zone
# Local time passes one hour twice when summer time ends: the second time sorts before the end of the first.
HOUR_TWICE = timedelta(hours=1)
UTC_WRITTEN = re.compile(r".*(Z|[+-]00(:?00)?)", re.IGNORECASE | re.DOTALL)


def read_time(value: Any) -> datetime | None:
    """Return the moment that a value states, UTC where it names no zone, or None if it states none."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def last_trusted(values: Iterable[Any], now: datetime) -> Any:
    """Return the first of `values` (given newest first) that a cursor may move to, or None."""
    for value in values:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        moment = read_time(value)
        if moment is not None and moment <= now + CLOCK_SKEW:
            return value
    return None


def step_back(value: Any, overlap: timedelta) -> Any:
    """Return the value moved back by the overlap, written as it was; numbers stay where they are.

    So does a text that is not written as 2026-01-31T23:59. Where a time may be local, it moves back an hour
    more: when summer time ends, a change may be stamped that much before what was read.
    """
    moment = read_time(value)
    if moment is None or not overlap or (isinstance(value, str) and not EXTENDED.match(value)):
        return value
    try:
        earlier = moment - (overlap + HOUR_TWICE if _is_local(value) else overlap)
    except OverflowError:
        return value
    if isinstance(value, datetime):
        return earlier if value.tzinfo else earlier.replace(tzinfo=None)
    if isinstance(value, date):
        return earlier.date()
    return _written_like(str(value), earlier)


def _is_local(value: Any) -> bool:
    if isinstance(value, datetime):
        return value.tzinfo is None
    return isinstance(value, str) and len(value) > len("2026-01-31") and not UTC_WRITTEN.fullmatch(value)


def _written_like(example: str, moment: datetime) -> str:
    if len(example) == len("2026-01-31"):
        return moment.date().isoformat()
    clock = CLOCK.match(example[11:])
    written = clock[0] if clock else ""
    text = moment.replace(tzinfo=None).isoformat(sep=example[10], timespec="microseconds")
    return text[: 11 + len(written)] + example[11 + len(written) :]
