"""Sources side by side: one that is down, hangs, or answers by half holds up none of the others (R8, R18)."""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Event

import duckdb
import pytest
import stamina
from fake_source import FakeSource, people, person, source_named

from pipelines.connectors.port import Connector, Cursor, Deletes, Page, SourceObject
from pipelines.errors import TransientFault
from pipelines.sync import tables
from pipelines.sync.engine import SyncOptions, sync
from pipelines.sync.settling import ObjectResult
from pipelines.sync.sources import Source

FRESHNESS = """
select source, max(ended_at) filter (status = 'complete') is not null, arg_max(status, ended_at),
    arg_max_null(error, ended_at)
from sync.loads group by source order by source
"""


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        tables.prepare(connection)
        yield connection


@pytest.fixture
def released() -> Iterator[Event]:
    """What a source that hangs waits for: the end of the test."""
    event = Event()
    yield event
    event.set()


class Hanging(FakeSource):
    """Gives its first page, and then never answers again."""

    def __init__(self, released: Event, *pages: Page) -> None:
        super().__init__(*pages)
        self.released = released

    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        yield from super().read(object_, cursor)
        self.released.wait()


class Met(FakeSource):
    """Answers only when the other sources are being read too."""

    def __init__(self, barrier: Barrier) -> None:
        super().__init__(Page([person(1)]), state=[person(1)])
        self.barrier = barrier

    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        self.barrier.wait(60)
        return super().read(object_, cursor)


def named(name: str, *, seconds: float = 900) -> Source:
    source = source_named(name)
    return Source(name, source.settings, source.object_names, time_limit_seconds=seconds)


def synced(
    warehouse: duckdb.DuckDBPyConnection, home: Path, *sources: tuple[Source, Connector]
) -> dict[str, ObjectResult]:
    by_name = {source.name: connector for source, connector in sources}
    results = sync(
        warehouse, [source for source, _ in sources], home=home,
        open_connector=lambda source: by_name[source.name], options=SyncOptions(),
    )  # fmt: skip
    assert [result.source for result in results] == [source.name for source, _ in sources]
    return {result.source: result for result in results}


def test_sources_are_read_at_the_same_time(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    barrier = Barrier(4)

    results = synced(warehouse, tmp_path, *((named(f"s{n}"), Met(barrier)) for n in range(4)))

    assert [result.status for result in results.values()] == ["complete"] * 4
    for name in results:
        assert warehouse.execute(f"select count(*) from raw_{name}.people").fetchone() == (1,)


def test_a_source_that_hangs_is_left_with_what_it_gave_and_named(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, released: Event
) -> None:
    hanging = Hanging(released, Page([person(1)], cursor={"after": 1}))

    results = synced(
        warehouse,
        tmp_path,
        (named("slow", seconds=3), hanging),
        (named("shop"), FakeSource(Page([person(1), person(2)]))),
    )

    assert (results["shop"].status, results["shop"].upserted) == ("complete", 2)
    assert (results["slow"].status, results["slow"].upserted) == ("partial", 1)
    assert "not done with reading people when its 3 seconds were over" in (results["slow"].error or "")
    assert warehouse.execute(FRESHNESS).fetchall() == [
        ("shop", True, "complete", None),
        ("slow", False, "partial", results["slow"].error),
    ]
    then = FakeSource(Page([person(2)], cursor={"after": 2}), state=[person(1), person(2)])
    assert synced(warehouse, tmp_path, (named("slow"), then))["slow"].status == "complete"
    assert then.cursors == [{"after": 1}]  # from where it stopped
    assert warehouse.execute("select count(*) from raw_slow.people").fetchone() == (2,)


def test_a_source_that_is_down_fails_alone(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    class Down(FakeSource):
        def check(self) -> None:
            raise TransientFault("connection refused")

    with stamina.set_testing(True, attempts=4):  # without the waits between them
        results = synced(
            warehouse, tmp_path, (named("down"), Down()), (named("shop"), FakeSource(Page([person(1)])))
        )

    assert (results["down"].status, results["down"].error) == ("failed", "transient: connection refused")
    assert results["shop"].status == "complete"


def test_half_a_page_of_keys_and_rows_deletes_nothing_and_is_seen(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    object_ = people(Deletes.RECONCILE)
    rows = [{k: v for k, v in person(n, changed=n).items() if k != "gone"} for n in range(4)]
    synced(warehouse, tmp_path, (named("shop"), FakeSource(Page(rows), object_=object_, state=rows)))
    half = FakeSource(Page(rows[:2]), object_=object_, state=rows)
    half.complete_keys = False

    results = synced(
        warehouse, tmp_path, (named("shop"), half), (named("other"), FakeSource(Page([person(1)])))
    )

    assert (results["shop"].deleted, results["other"].status) == (0, "complete")
    live = warehouse.execute("select count(*) from raw_shop.people where not _is_deleted").fetchone()
    assert live == (4,)
