"""A timeline page by page is the whole timeline, whatever the times are (against a sorted list)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from context_api.store.engine import reading
from context_api.store.reading import version_at
from context_api.store.reading_timeline import Place, Window, happenings
from context_api.store.sealing import Sealer

START = datetime(2026, 1, 1)  # noqa: DTZ001 - the warehouse holds plain timestamps


def test_pages_make_up_the_whole_in_order(engine: Engine, warehouse: Any, sealer: Sealer) -> None:
    warehouse.tell()
    days = [3, None, 1, 3, 2, None, 3, 1]
    for number, day in enumerate(days):
        at = None if day is None else START + timedelta(days=day)
        warehouse.activity(f"erp:order:{number}", ["crm:contact:1", "erp:customer:2"], at=at)
    warehouse.publish(engine, sealer)
    golden_id = warehouse.world(engine, sealer)["crm:contact:1"]
    expected = [
        f"erp:order:{number}"
        for number, day in sorted(
            enumerate(days), key=lambda item: (item[1] is None, -(item[1] or 0), item[0])
        )
    ]

    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)

        @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(st.integers(1, 9))
        def page_by_page(limit: int) -> None:
            found: list[str] = []
            after: Place | None = None
            while page := happenings(snapshot, golden_id, Window(), limit=limit, after=after):
                found += [one.activity_id for one in page]
                after = (page[-1].occurred_at, page[-1].activity_id)
            assert found == expected

        page_by_page()


def test_kinds_and_times_bound_what_is_told(engine: Engine, warehouse: Any, sealer: Sealer) -> None:
    warehouse.tell()
    for number in range(3):
        warehouse.activity(f"erp:order:{number}", ["crm:contact:1"], at=START + timedelta(days=number))
    warehouse.publish(engine, sealer)
    golden_id = warehouse.world(engine, sealer)["crm:contact:1"]

    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        first = START.replace(tzinfo=UTC)
        middle = Window(since=first + timedelta(days=1), until=first + timedelta(days=2))

        assert [h.activity_id for h in happenings(snapshot, golden_id, middle, limit=9)] == ["erp:order:1"]
        assert happenings(snapshot, golden_id, Window(kinds=("ticket",)), limit=9) == ()
