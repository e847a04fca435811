"""Sources that page badly (R8): whatever goes wrong, the rows end as the source has them, and it does end."""

import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import stamina
from fake_source import source_named, stored
from paging_source import RETRY_AFTER_SECONDS, Clock, Fault, PagingSource, grown

from pipelines.connectors.port import Deletes
from pipelines.sync import tables
from pipelines.sync.engine import SyncOptions, sync
from pipelines.sync.settling import ObjectResult

Warehouse = duckdb.DuckDBPyConnection
KINDS = [fault for fault in Fault if fault is not Fault.NONE]


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        tables.prepare(connection)
        yield connection


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """The clock by which retries wait."""
    found = Clock()
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=found.sleep))
    with stamina.set_testing(False):
        yield found


def synced(warehouse: Warehouse, home: Path, source: PagingSource) -> ObjectResult:
    (result,) = sync(
        warehouse, [source_named()], home=home, open_connector=lambda _: source, options=SyncOptions()
    )
    return result


def watermark(warehouse: Warehouse) -> int:
    cursor = tables.read_cursor(warehouse, "shop", object_name="people")
    return 0 if cursor is None else int(cursor["minute"])


def until_whole(warehouse: Warehouse, home: Path, source: PagingSource) -> ObjectResult:
    """Sync as often as a schedule would, until a sync ends well."""
    for _ in range(10):
        result = synced(warehouse, home, source)
        if result.status == "complete":
            return result
    raise AssertionError(f"never complete: {result.error}")


def live(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return sorted(row[:2] for row in stored(warehouse) if not row[2])


@pytest.mark.parametrize(
    ("fault", "deletes"),
    [
        *((fault, Deletes.RECONCILE) for fault in KINDS),
        (Fault.SKIP, Deletes.NONE),
        (Fault.HALF, Deletes.NONE),
        *(
            pytest.param(fault, deletes, marks=pytest.mark.long)
            for fault in KINDS
            for deletes in (Deletes.OBSERVED, Deletes.NONE)
        ),
    ],
)
def test_rows_end_as_the_source_has_them(
    fault: Fault, deletes: Deletes, warehouse: Warehouse, tmp_path: Path, clock: Clock
) -> None:
    source = PagingSource(deletes=deletes, clock=clock)
    for id_ in range(6):
        source.change(id_, "Ann")
    synced(warehouse, tmp_path, source)
    for id_ in (2, 7, 8, 9, 10, 11, 12):
        source.change(id_, "Bo")
    source.faults = [fault, Fault.NONE, fault]

    result = until_whole(warehouse, tmp_path, source)

    assert live(warehouse) == source.truth()
    assert result.proven_share == 1.0
    assert source.asked_early == 0


def test_a_source_that_says_when_to_come_back_is_asked_no_sooner(
    warehouse: Warehouse, tmp_path: Path, clock: Clock
) -> None:
    source = PagingSource([Fault.RATE_LIMIT, Fault.RATE_LIMIT], clock=clock)
    source.change(1, "Ann")

    result = synced(warehouse, tmp_path, source)

    assert (result.status, source.asked_early) == ("complete", 0)
    assert clock.waits == [RETRY_AFTER_SECONDS] * 2


def test_a_limit_that_lasts_longer_than_the_budget_ends_the_object(
    warehouse: Warehouse, tmp_path: Path, clock: Clock
) -> None:
    source = PagingSource([Fault.NONE, *[Fault.RATE_LIMIT] * 40], clock=clock)
    for id_ in range(8):
        source.change(id_, "Ann")

    result = synced(warehouse, tmp_path, source)

    assert (result.status, result.error) == ("partial", "rate-limited: 429")
    assert sum(clock.waits) <= 60
    assert watermark(warehouse) == 4  # what lies before it is stored, and no more
    assert len(live(warehouse)) == 4


@pytest.mark.parametrize("length", [1, 2, 3], ids=["one-page", "two-pages", "three-pages"])
def test_a_circle_of_pages_is_left(
    length: int, warehouse: Warehouse, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = PagingSource(clock=clock)
    for id_ in range(4 * length):
        source.change(id_, "Ann")
    request = PagingSource._request

    def circling(self: PagingSource, after: int, last: Any) -> Any:
        return request(self, 0 if after >= 4 * length else after, last)

    monkeypatch.setattr(PagingSource, "_request", circling)

    result = synced(warehouse, tmp_path, source)

    assert result.status == "partial"
    assert "repeats" in (result.error or "")
    assert live(warehouse) == source.truth()


def test_a_cursor_that_expires_again_and_again_ends_the_object(
    warehouse: Warehouse, tmp_path: Path, clock: Clock
) -> None:
    source = PagingSource([fault for _ in range(50) for fault in (Fault.NONE, Fault.EXPIRED)], clock=clock)
    for id_ in range(9):
        source.change(id_, "Ann")

    result = synced(warehouse, tmp_path, source)

    assert result.status == "partial"
    assert (result.error or "").startswith("cursor expired")
    assert source.requests < 10


def test_rows_that_a_source_counts_twice_are_not_looked_for_for_ever(
    warehouse: Warehouse, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = PagingSource(deletes=Deletes.NONE, clock=clock)
    source.change(1, "Ann")
    monkeypatch.setattr(PagingSource, "count", lambda self, _: len(self.rows) + 1)
    for _ in range(4):
        synced(warehouse, tmp_path, source)
    before = source.requests

    result = synced(warehouse, tmp_path, source)

    assert source.requests == before + 1
    assert result.proven_share == 0.5


def survives(seed: int, warehouse: Warehouse, home: Path, clock: Clock) -> None:
    rng = random.Random(seed)
    deletes = rng.choice([Deletes.RECONCILE, Deletes.OBSERVED, Deletes.NONE])
    source = PagingSource(deletes=deletes, clock=clock)
    changes = [(rng.randrange(30), rng.choice(["Ann", "Bo", "Cy"])) for _ in range(30)]
    highest = 0

    def each() -> None:
        nonlocal highest
        source.faults = [rng.choice([Fault.NONE, rng.choice(KINDS)]) for _ in range(12)]
        result = synced(warehouse, home, source)
        highest = max(highest, watermark(warehouse))
        passed = {row["id"] for row in source.rows if row["minute"] <= watermark(warehouse)}
        held = {row[0] for row in live(warehouse)}
        # Skipped rows are the exception that the proof is for: it must not claim them.
        assert passed <= held or (result.proven_share or 0.0) < 1.0

    grown(source, changes, each=each)
    source.faults = []
    until_whole(warehouse, home, source)
    final = until_whole(warehouse, home, source)

    assert live(warehouse) == source.truth(), f"seed {seed}"
    assert (final.proven_share, source.asked_early) == (1.0, 0)


@pytest.mark.parametrize("seed", [0, 3])  # both once ended with rows missing
def test_any_schedule_of_faults_ends_with_the_rows_of_the_source(
    seed: int, warehouse: Warehouse, tmp_path: Path, clock: Clock
) -> None:
    survives(seed, warehouse, tmp_path, clock)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 200))
def test_a_hundred_schedules_of_faults_end_with_the_rows_of_the_source(
    seed: int, warehouse: Warehouse, tmp_path: Path, clock: Clock
) -> None:
    survives(seed, warehouse, tmp_path, clock)
