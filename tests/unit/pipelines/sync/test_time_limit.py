from collections.abc import Iterator, Sequence
from threading import Event
from threading import enumerate as threads
from typing import Any

import pytest
from fake_source import FakeSource, people, person

from pipelines.connectors.port import Cursor, KeyValues, Page, SourceObject
from pipelines.errors import AuthFault, OutOfTime, PermanentFault
from pipelines.sync.time_limit import TimedConnector


class Closing(FakeSource):
    """Tells when it is closed, and hangs in `keys` until it is released."""

    def __init__(self, *script: Any) -> None:
        super().__init__(*script)
        self.closed = Event()
        self.released = Event()

    def keys(self, object_: SourceObject) -> Iterator[Sequence[KeyValues]]:
        self.released.wait()
        yield from super().keys(object_)

    def close(self) -> None:
        self.closed.set()


def test_answers_and_faults_come_through() -> None:
    timed = TimedConnector(lambda: FakeSource(Page([person(1)]), AuthFault("no")), 60)
    pages = timed.read(people(), None)

    assert len(next(pages).changes) == 1
    with pytest.raises(AuthFault):
        next(pages)
    assert timed.count(people()) == 0
    timed.close()


def test_what_a_driver_makes_of_a_value_is_a_fault_of_its_source() -> None:
    timed = TimedConnector(lambda: FakeSource(ValueError("year 0 is out of range")), 60)

    with pytest.raises(PermanentFault, match="ValueError: year 0 is out of range"):
        next(timed.read(people(), None))
    timed.close()


def test_what_cannot_be_opened_is_a_fault_of_the_question() -> None:
    def opened() -> FakeSource:
        raise AuthFault("the key was refused")

    with pytest.raises(AuthFault):
        TimedConnector(opened, 60).check()


def test_nothing_is_asked_once_the_time_is_over() -> None:
    now = [0.0]
    timed = TimedConnector(FakeSource, 60, clock=lambda: now[0])
    timed.check()
    assert timed.seconds_left() == 60
    now[0] = 60.0

    with pytest.raises(OutOfTime, match="its 60 seconds were over"):
        timed.count(people())
    assert timed.seconds_left() == 0


def test_a_source_that_hangs_is_left_and_closed_when_it_comes_back() -> None:
    source = Closing()
    timed = TimedConnector(lambda: source, 0.2)

    with pytest.raises(OutOfTime, match="listing the keys of people"):
        list(timed.keys(people()))
    timed.close()
    was_closed = source.closed.is_set()
    source.released.set()

    assert not was_closed
    assert source.closed.wait(30)


def test_a_run_that_ends_waits_for_nobody() -> None:
    source = Closing()
    timed = TimedConnector(lambda: source, 3600)
    reading = Event()

    class Left(Closing):
        def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
            reading.set()
            timed.leave()  # as another thread does, while an answer is waited for
            self.released.wait(30)
            yield Page([])

    source = Left()
    with pytest.raises(OutOfTime):
        next(timed.read(people(), None))
    source.released.set()
    assert reading.is_set()
    assert source.closed.wait(30)


def test_closing_ends_the_thread() -> None:
    source = Closing()
    timed = TimedConnector(lambda: source, 60)
    timed.check()

    timed.close()

    assert source.closed.is_set()
    assert timed._thread not in threads()
