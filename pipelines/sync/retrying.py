"""Asking a source again: by the class of its fault, within one budget per source and run.

Transient faults wait longer each time; a rate limit waits as long as the source says; what credentials,
schema or the question itself cause is never asked again. When the budget is spent, the fault stands.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from typing import TypeVar

import pyarrow as pa
import stamina
from stamina.instrumentation import set_on_retry_hooks

from pipelines.connectors.port import Connector, Cursor, Page, SourceObject
from pipelines.errors import CursorExpired, RateLimited, TransientFault

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 10.0
SAME_PAGES = 3  # a source that gives one page more often than that is going round in a circle
LOGGER = logging.getLogger("concord.sync")
T = TypeVar("T")


@dataclass(slots=True)
class RetryBudget:
    """What one `source` may cost in one run: how often it is asked again, and how long is waited for it.

    No wait is begun that would not end within `seconds_left`.
    """

    retries: int = 12
    wait_seconds: float = 60.0
    seconds_left: Callable[[], float] = lambda: inf
    source: str = "the source"

    def wait_for(self, error: Exception, *, tried: int) -> float | None:
        """Take the next wait out of the budget; None when the fault stands."""
        if not isinstance(error, TransientFault | RateLimited) or self.retries == 0:
            return None
        wait: float = min(FIRST_WAIT_SECONDS * 2.0**tried, LONGEST_WAIT_SECONDS)
        if isinstance(error, RateLimited) and error.retry_after_seconds is not None:
            wait = error.retry_after_seconds
        if wait > min(self.wait_seconds, self.seconds_left()):
            return None
        self.retries -= 1
        self.wait_seconds -= wait
        LOGGER.warning("%s is asked again in %.1f s: %s: %s", self.source, wait, error.kind, error)
        return wait


def asked(question: Callable[[], T], budget: RetryBudget) -> T:
    """Return the answer, asked for as often as the budget allows; each retry is logged as a warning.

    Raises:
        ConnectorError: the last fault, when it is of a kind that is not asked again or the budget is spent.
    """
    tried = 0

    def wait(error: Exception) -> bool | float:
        nonlocal tried
        seconds = budget.wait_for(error, tried=tried)
        tried += 1
        return False if seconds is None else seconds

    set_on_retry_hooks([])  # its own writes to stdout, where results go, and names no source
    for attempt in stamina.retry_context(on=wait, attempts=None, timeout=None):
        with attempt:
            return question()
    raise AssertionError("a retry ends with an answer or a fault")  # pragma: no cover


def pages(
    connector: Connector, object_: SourceObject, *, cursor: Cursor | None, budget: RetryBudget
) -> Iterator[Page]:
    """Yield the pages of an object; after a fault reading goes on from the last cursor that came.

    A cursor that has expired is given up once, and everything read from the start.

    Raises:
        ConnectorError: the fault that stands; every page before it is whole.
        TransientFault: the source goes round in a circle of pages.
    """
    reading: Iterator[Page] | None = None
    seen: Counter[str] = Counter()

    def next_page() -> Page | None:
        nonlocal reading
        if reading is None:
            seen.clear()
            reading = connector.read(object_, cursor)
        try:
            return next(reading, None)
        except Exception:
            reading = None  # a generator that raised has ended; the next one starts at our cursor
            raise

    is_again = False
    while True:
        try:
            page = asked(next_page, budget)
        except CursorExpired:
            if is_again or cursor is None:
                raise
            cursor, is_again = None, True
            continue
        if page is None:
            return
        if page.cursor is not None or not len(page.changes):  # what has no cursor ends by itself
            looks = _looks(page)
            seen[looks] += 1
            if seen[looks] > SAME_PAGES:
                raise TransientFault(
                    f"{object_.name}: the source repeats its pages and cursors; what was read so far is kept"
                )
        cursor = page.cursor if page.cursor is not None else cursor
        yield page


def _looks(page: Page) -> str:
    """Return what tells a page from another: its cursor, and how many rows it has between which two."""
    rows, bad = page.changes, [row.reason for row in page.bad[:1]]
    if isinstance(rows, pa.RecordBatch):
        ends = rows.take(pa.array([0, rows.num_rows - 1])).to_pylist() if rows.num_rows else []
    else:
        ends = [*rows[:1], *rows[-1:]]
    return json.dumps([page.cursor, len(rows), ends, len(page.bad), bad], default=str)
