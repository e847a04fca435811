"""Asking a source again: by the class of its fault, within one budget per source and run.

Transient faults wait longer each time; a rate limit waits as long as the source says; what credentials,
schema or the question itself cause is never asked again. When the budget is spent, the fault stands.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import stamina

from pipelines.connectors.port import Connector, Cursor, Page, SourceObject
from pipelines.errors import RateLimited, TransientFault

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 10.0
SAME_PAGES = 3  # a source that gives one page so often in a row is going round in a circle
T = TypeVar("T")


@dataclass(slots=True)
class RetryBudget:
    """What one source may cost in one run: how often it is asked again, and how long is waited for it."""

    retries: int = 12
    wait_seconds: float = 60.0

    def wait_for(self, error: Exception, *, tried: int) -> float | None:
        """Take the next wait out of the budget; None when the fault stands."""
        if not isinstance(error, TransientFault | RateLimited) or self.retries == 0:
            return None
        wait: float = min(FIRST_WAIT_SECONDS * 2.0**tried, LONGEST_WAIT_SECONDS)
        if isinstance(error, RateLimited) and error.retry_after_seconds is not None:
            wait = error.retry_after_seconds
        if wait > self.wait_seconds:
            return None
        self.retries -= 1
        self.wait_seconds -= wait
        return wait


def asked(question: Callable[[], T], budget: RetryBudget) -> T:
    """Return the answer, asked for as often as the budget allows.

    Raises:
        ConnectorError: the last fault, when it is of a kind that is not asked again or the budget is spent.
    """
    tried = 0

    def wait(error: Exception) -> bool | float:
        nonlocal tried
        seconds = budget.wait_for(error, tried=tried)
        tried += 1
        return False if seconds is None else seconds

    for attempt in stamina.retry_context(on=wait, attempts=None, timeout=None):
        with attempt:
            return question()
    raise AssertionError("a retry ends with an answer or a fault")  # pragma: no cover


def pages(
    connector: Connector, object_: SourceObject, *, cursor: Cursor | None, budget: RetryBudget
) -> Iterator[Page]:
    """Yield the pages of an object; after a fault reading goes on from the last cursor that came.

    Raises:
        ConnectorError: the fault that stands; every page before it is whole.
        TransientFault: the source gives the same page again and again.
    """
    reading: Iterator[Page] | None = None
    last: Page | None = None
    repeats = 0

    def next_page() -> Page | None:
        nonlocal reading
        if reading is None:
            reading = connector.read(object_, cursor)
        try:
            return next(reading, None)
        except Exception:
            reading = None  # a generator that raised has ended; the next one starts at our cursor
            raise

    while (page := asked(next_page, budget)) is not None:
        repeats = repeats + 1 if last is not None and _is_same(page, last) else 0
        if repeats >= SAME_PAGES:
            raise TransientFault(
                f"{object_.name}: the source repeats one page and its cursor; read so far is kept"
            )
        last = page
        cursor = page.cursor if page.cursor is not None else cursor
        yield page


def _is_same(page: Page, other: Page) -> bool:
    return page.cursor == other.cursor and page.changes == other.changes and page.bad == other.bad
