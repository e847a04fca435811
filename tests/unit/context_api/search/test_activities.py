from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest

from context_api.search import activities
from context_api.search.activities import ActivityFilter, TimedSearch, Unanswered
from context_api.store.reading_timeline import Happening

AT = datetime(2026, 1, 2, tzinfo=UTC)


def happening(**stated: Any) -> Happening:
    given = dict.fromkeys(Happening.__slots__) | {"kind": "order", "source": "erp", "occurred_at": AT}
    return Happening(**{**given, **stated})


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        (ActivityFilter(), True),
        (ActivityFilter(kinds=("email", "order")), True),
        (ActivityFilter(kinds=("email",)), False),
        (ActivityFilter(source="crm"), False),
        (ActivityFilter(since=AT), True),
        (ActivityFilter(until=AT), False),
    ],
)
def test_a_filter_holds_from_its_begin_until_before_its_end(where: ActivityFilter, holds: bool) -> None:
    assert where.holds(happening()) is holds


def test_what_has_no_date_is_within_no_time() -> None:
    assert not ActivityFilter(since=AT).holds(happening(occurred_at=None))
    assert ActivityFilter().holds(happening(occurred_at=None))


def test_past_those_that_wait_a_search_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, asked = Event(), []
    monkeypatch.setattr(activities, "WAIT_SECONDS", 0.01)

    class Hanging:
        def nearest(self, text: str, **_: Any) -> Unanswered:
            asked.append(text)
            gate.wait(60)
            return Unanswered("ok", None, (("erp:order:1", 1.0),))

    timed = TimedSearch(Hanging())
    begun = [
        timed.start(str(n), tenant_id="default", where=ActivityFilter(), limit=1)
        for n in range(activities.MOST_WAITING)
    ]
    refused = timed.start("one more", tenant_id="default", where=ActivityFilter(), limit=1)

    assert timed.wait(refused).status == "slow"
    assert {timed.wait(future).status for future in begun} == {"slow"}
    gate.set()
    again = timed.start("again", tenant_id="default", where=ActivityFilter(), limit=1)
    monkeypatch.setattr(activities, "WAIT_SECONDS", 30)
    assert timed.wait(again).status == "ok"
    assert "one more" not in asked
    timed.close()


def test_without_a_port_it_is_said_so() -> None:
    timed = TimedSearch(None)

    answer = timed.wait(timed.start("x", tenant_id="default", where=ActivityFilter(), limit=1))

    assert answer.status == "not_served"
