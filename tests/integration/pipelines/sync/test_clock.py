"""Clocks that jump, and sources in other zones (R11): no change is lost, whatever a clock says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from company_systems import change

from pipelines.connectors.port import Deletes
from pipelines.connectors.sql import SqlConnector, SqlSettings, SqlTable
from pipelines.sync import tables
from pipelines.sync.engine import SyncOptions, sync
from pipelines.sync.sources import Source

NOON = datetime(2024, 10, 27, 12, tzinfo=UTC)
TABLE = SqlTable("notes", ("id",), "notes", "changed", None, Deletes.RECONCILE)
SETTINGS = SqlSettings("sqlite:///desk.db", (TABLE,))
HELD = "select id, text from raw_desk.notes where not _is_deleted order by id"


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        tables.prepare(connection)
        yield connection


def synced(warehouse: duckdb.DuckDBPyConnection, home: Path, *, at: datetime) -> list[tuple[int, str]]:
    """Sync while the clock of this machine says `at`, and return what is held then."""
    sync(
        warehouse,
        [Source("desk", SETTINGS, ("notes",))],
        home=home,
        open_connector=lambda _: SqlConnector(SETTINGS, home, now=lambda: at),
        options=SyncOptions(),
        now=lambda: at.replace(tzinfo=None),
    )
    return warehouse.execute(HELD).fetchall()


@pytest.mark.parametrize(
    "moments",
    [
        pytest.param(["2024-10-27T11:50:00Z"] * 3, id="one-moment"),
        pytest.param(["2024-10-27T11:50:00Z", "2024-10-27T11:49:00Z", "2024-10-27T11:45:00Z"], id="late"),
        pytest.param(["2024-10-27T02:50:00", "2024-10-27T02:05:00", "2024-10-27T02:10:00"], id="hour-twice"),
        pytest.param(
            ["2024-10-27T02:50:00+02:00", "2024-10-27T02:05:00+01:00", "2024-10-27T03:00:00+01:00"],
            id="summer-time-ends",
        ),
        pytest.param(
            ["2024-03-31T01:59:59+01:00", "2024-03-31T03:00:00+02:00", "2024-03-31T03:00:01+02:00"],
            id="summer-time-begins",
        ),
        pytest.param(
            ["2024-10-27T23:50:00+13:00", "2024-10-27T23:51:00+13:00", "2024-10-28T00:01:00+13:00"],
            id="other-side-of-the-world",
        ),
        pytest.param(["2999-01-01T00:00:00Z", "2024-10-27T11:00:00Z", "2024-10-27T11:01:00Z"], id="future"),
    ],
)
@pytest.mark.parametrize(
    "jump",
    [
        pytest.param(0, id="steady", marks=pytest.mark.long),
        pytest.param(-1, id="an-hour-back"),
        pytest.param(1, id="an-hour-ahead", marks=pytest.mark.long),
    ],
)
def test_every_row_that_comes_between_two_syncs_arrives(
    moments: list[str], jump: int, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    change(tmp_path / "desk.db", "create table notes (id integer primary key, text text, changed text)")
    clock = NOON
    held = []
    for number, moment in enumerate(moments):
        change(tmp_path / "desk.db", "insert into notes values (?, ?, ?)", [(number, "new", moment)])
        held = synced(warehouse, tmp_path, at=clock)
        assert held == [(n, "new") for n in range(number + 1)]
        clock += timedelta(hours=jump, minutes=5)


def test_a_change_stamped_before_the_cursor_is_found_by_the_proof(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """The clock of the source went back: its change lies an hour before what was read last."""
    change(tmp_path / "desk.db", "create table notes (id integer primary key, text text, changed text)")
    change(
        tmp_path / "desk.db",
        "insert into notes values (?, ?, ?)",
        [(n, "new", "2024-10-27T02:50:00+02:00") for n in range(3)],
    )
    synced(warehouse, tmp_path, at=NOON)
    change(
        tmp_path / "desk.db",
        "update notes set text = 'changed', changed = '2024-10-27T02:05:00+01:00' where id = 1",
    )

    synced(warehouse, tmp_path, at=NOON)  # the sample shows it; it might have been changed just now
    held = synced(warehouse, tmp_path, at=NOON)

    assert held == [(0, "new"), (1, "changed"), (2, "new")]


@pytest.mark.parametrize("zones", [("+02:00", "+01:00"), ("", "")], ids=["zones", "no-zones"])
def test_a_change_in_the_hour_that_comes_twice_arrives_at_once(
    zones: tuple[str, str], warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Among more rows than a proof samples, so that reading alone can find it."""
    change(tmp_path / "desk.db", "create table notes (id integer primary key, text text, changed text)")
    change(
        tmp_path / "desk.db",
        "insert into notes values (?, ?, ?)",
        [(n, "new", f"2024-10-27T02:{58 * n // 2_500:02}:00{zones[0]}") for n in range(2_500)],
    )
    synced(warehouse, tmp_path, at=NOON)
    ids = [4, 5, 6, 7]  # a sample has not all of four neighbours
    changes: list[tuple[object, ...]] = [(f"2024-10-27T02:05:00{zones[1]}", id_) for id_ in ids]
    change(tmp_path / "desk.db", "update notes set text = 'changed', changed = ? where id = ?", changes)

    held = synced(warehouse, tmp_path, at=NOON)

    assert [id_ for id_, text in held if text == "changed"] == ids
