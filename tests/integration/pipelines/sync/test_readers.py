"""Reading everything again beside live readers shows none of them a hole (R18)."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import duckdb
import pytest
from fake_source import FakeSource, people, person, source_named

from pipelines.connectors.port import Cursor, Deletes, KeyValues, Page, SourceObject
from pipelines.sync.engine import SyncOptions, sync
from pipelines.warehouse import connect, warehouse_path

ROWS = 6_000
PAGE_ROWS = 1_000
SEEN = """
select count(*), count(distinct id), count(distinct name), min(name)
from raw_shop.people where not _is_deleted
"""


class Whole(FakeSource):
    """Holds as many rows in each generation, every one with the name of its generation."""

    def __init__(self, generation: int, *, paused: Callable[[], None] = lambda: None) -> None:
        super().__init__(object_=people(Deletes.RECONCILE))
        self.state = [
            {k: v for k, v in person(n, f"generation {generation}", generation).items() if k != "gone"}
            for n in range(ROWS)
        ]
        self.paused = paused

    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        assert self.state is not None
        for start in range(0, ROWS, PAGE_ROWS):
            self.paused()
            yield Page(self.state[start : start + PAGE_ROWS], cursor={"after": start})

    def keys(self, object_: SourceObject) -> Iterator[list[KeyValues]]:
        yield [(n,) for n in range(ROWS)]


def synced(connection: duckdb.DuckDBPyConnection, home: Path, source: FakeSource) -> None:
    (result,) = sync(
        connection,
        [source_named()],
        home=home,
        open_connector=lambda _: source,
        options=SyncOptions(full=True),
    )
    assert (result.status, result.rows_read) == ("complete", ROWS)


def test_readers_within_the_run_see_the_rows_of_before_or_of_after_and_never_a_mixture(
    tmp_path: Path,
) -> None:
    """Readers share the process: DuckDB lets no other process read while one writes."""
    ended, looks = Event(), Event()

    def watch(reader: duckdb.DuckDBPyConnection) -> list[Any]:
        seen = []
        while not ended.is_set():
            seen.append(reader.execute(SEEN).fetchone())
            looks.set()
            time.sleep(0.001)  # lets the sync on
        return seen

    def wait_for_a_look() -> None:
        looks.clear()
        assert looks.wait(60)

    with connect(tmp_path, purpose="test") as connection, ThreadPoolExecutor(2) as pool:
        synced(connection, tmp_path, Whole(1))
        watching = [pool.submit(watch, connection.cursor()) for _ in range(2)]
        try:
            for generation in (2, 3):
                synced(connection, tmp_path, Whole(generation, paused=wait_for_a_look))
            wait_for_a_look()
        finally:
            ended.set()
        seen = {row for watched in watching for row in watched.result()}

    assert {row[:3] for row in seen} == {(ROWS, ROWS, 1)}
    assert {row[3] for row in seen} >= {"generation 1", "generation 3"}


def test_readers_of_the_copy_see_the_rows_of_before(tmp_path: Path) -> None:
    import dagster as dg

    from pipelines.assets.home import HomeFolder
    from pipelines.assets.publish import analyst_copy

    home = HomeFolder(path=str(tmp_path))
    with connect(tmp_path, purpose="test") as connection:
        synced(connection, tmp_path, Whole(1))
    assert dg.materialize([analyst_copy(after=[])], resources={"home": home}).success
    seen = []

    def look() -> None:
        with duckdb.connect(str(home.analyst_copy), read_only=True) as reader:
            seen.append(reader.execute(SEEN).fetchone())

    with connect(tmp_path, purpose="test") as connection:
        synced(connection, tmp_path, Whole(2, paused=look))

    assert len(seen) == ROWS // PAGE_ROWS
    assert set(seen) == {(ROWS, ROWS, 1, "generation 1")}
    assert warehouse_path(tmp_path).exists()


@pytest.mark.long
def test_half_a_million_rows_are_read_again_beside_readers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.ROWS", 500_000)
    monkeypatch.setattr(f"{__name__}.PAGE_ROWS", 20_000)

    test_readers_within_the_run_see_the_rows_of_before_or_of_after_and_never_a_mixture(tmp_path)
