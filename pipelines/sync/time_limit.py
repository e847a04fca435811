"""A connector that answers in time or not at all: no source can hold up a run for longer than its limit.

A source that hangs may never come back from a call, and no program can end a call from outside. So each
source is asked in a thread of its own, which is left behind when the time is over: what came by then is kept.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from pipelines.connectors.port import Connector, Cursor, KeyValues, Page, SourceObject, Undiscovered
from pipelines.errors import ConnectorError, OutOfTime, PermanentFault

CLOSING_SECONDS = 5.0  # what a source may take to hang up before it is left to do so by itself
T = TypeVar("T")


class TimedConnector(Connector):
    """Asks another connector, until `seconds` after the first question are over.

    Every question raises `OutOfTime` from then on, also the one that is waiting for its answer.
    """

    def __init__(
        self, opened: Callable[[], Connector], seconds: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._opened = opened
        self._seconds = seconds
        self._clock = clock
        self._deadline: float | None = None
        self._questions: SimpleQueue[tuple[Callable[[Connector], Any], Future[Any]] | None] = SimpleQueue()
        self._waiting: Future[Any] | None = None
        self._is_left = False
        self._thread = Thread(target=self._answer, name="a source", daemon=True)

    def seconds_left(self) -> float:
        """Return what is left of the time, 0 when it is over."""
        if self._is_left:
            return 0.0
        return self._seconds if self._deadline is None else max(0.0, self._deadline - self._clock())

    def leave(self) -> None:
        """Wait for no answer any more; the thread ends when the source lets go of it."""
        self._is_left = True
        self._questions.put(None)
        if self._waiting is not None:
            with suppress(InvalidStateError):  # it was answered just now
                self._waiting.set_exception(self._late("this run was ended"))

    def check(self) -> None:
        """Ask for a sign of life."""
        self._ask("connecting", lambda source: source.check())

    def discover(self) -> tuple[SourceObject | Undiscovered, ...]:
        """Ask what there is."""
        return self._ask("telling what it holds", lambda source: source.discover())

    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        """Yield pages as they come."""
        return self._each(f"reading {object_.name}", lambda source: source.read(object_, cursor))

    def keys(self, object_: SourceObject) -> Iterator[Sequence[KeyValues]]:
        """Yield keys as they come."""
        return self._each(f"listing the keys of {object_.name}", lambda source: source.keys(object_))

    def count(self, object_: SourceObject) -> int:
        """Ask how many rows there are."""
        return self._ask(f"counting {object_.name}", lambda source: source.count(object_))

    def sample(self, object_: SourceObject, size: int) -> Page:
        """Ask for a sample."""
        return self._ask(f"sampling {object_.name}", lambda source: source.sample(object_, size))

    def close(self) -> None:
        """Let the source hang up; one that does not is left."""
        self._is_left = True
        self._questions.put(None)
        if self._thread.is_alive():
            self._thread.join(CLOSING_SECONDS)

    def _each(self, what: str, begin: Callable[[Connector], Iterator[T]]) -> Iterator[T]:
        parts = self._ask(what, lambda source: iter(begin(source)))
        try:
            while (part := self._ask(what, lambda _: next(parts, None))) is not None:
                yield part
        finally:
            with suppress(ConnectorError):  # a query that nobody reads on is given up, if there is time
                self._ask(what, lambda _: getattr(parts, "close", lambda: None)())

    def _ask(self, what: str, question: Callable[[Connector], T]) -> T:
        if self._deadline is None:
            self._deadline = self._clock() + self._seconds
            self._thread.start()
        left = self.seconds_left()
        if left == 0:
            raise self._late(what)
        self._waiting = answer = Future[T]()
        self._questions.put((question, answer))
        try:
            return answer.result(left)
        except TimeoutError as error:
            if answer.done():  # the source itself said so
                raise
            self.leave()
            raise self._late(what) from error

    def _answer(self) -> None:
        source: Connector | None = None
        while (asked := self._questions.get()) is not None:
            question, answer = asked
            with suppress(InvalidStateError):  # nobody waits for it any more
                try:
                    source = self._opened() if source is None else source
                    answer.set_result(question(source))
                except (ConnectorError, OSError) as error:
                    answer.set_exception(error)
                except Exception as error:  # noqa: BLE001 - a driver's own: no other source is to suffer from it
                    fault = PermanentFault(f"its driver failed: {type(error).__name__}: {error}")
                    fault.__cause__ = error
                    answer.set_exception(fault)
                except BaseException as error:  # noqa: BLE001 - whoever asked is told
                    answer.set_exception(error)
            del question, answer, asked  # a page is not held until the next question
        if source is not None:
            source.close()

    def _late(self, what: str) -> OutOfTime:
        return OutOfTime(what, self._seconds)
