import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from demo.business.day import Clerk, change_crm, change_erp, change_itsm
from demo.population.atlas import Seed
from demo.systems.databases import CURSORS, table_names
from demo.systems.truth import Truth

DAY = date(2026, 7, 1)
TODAY = "2026-07-01"
CHANGES: dict[str, Callable[[Clerk], None]] = {"crm": change_crm, "erp": change_erp, "itsm": change_itsm}


def keys(connection: sqlite3.Connection) -> dict[str, set[tuple[object, ...]]]:
    """The rows of each table by their first two columns, which hold every key."""
    return {
        table: {tuple(row)[:2] for row in connection.execute(f"select * from {table}")}
        for table in table_names(connection)
    }


@pytest.fixture
def clerks(company_home: Path) -> Iterator[dict[str, Clerk]]:
    """A clerk at work in a copy of each database."""
    found = {}
    for source in CHANGES:
        connection = sqlite3.connect(":memory:")
        kept = sqlite3.connect(company_home / "systems" / f"{source}.db")
        kept.backup(connection)
        kept.close()
        connection.row_factory = sqlite3.Row
        found[source] = Clerk(connection, DAY, Seed("tests").dice("day"), Truth())
    yield found
    for clerk in found.values():
        clerk.connection.close()


@pytest.mark.parametrize("source", CHANGES)
def test_rows_come_and_change_with_a_stamp_of_today(source: str, clerks: dict[str, Clerk]) -> None:
    clerk = clerks[source]
    before = keys(clerk.connection)

    CHANGES[source](clerk)

    after = keys(clerk.connection)
    came = {table for table in after if after[table] - before[table]}
    sql = f"select count(*) from {{}} where {CURSORS[source]} like '{TODAY}%'"
    touched = sum(clerk.connection.execute(sql.format(table)).fetchone()[0] for table in after)
    assert len(came) >= 2
    assert touched > sum(len(after[table] - before[table]) for table in came)


def test_the_crm_keeps_what_it_deletes(clerks: dict[str, Clerk]) -> None:
    before = keys(clerks["crm"].connection)

    change_crm(clerks["crm"])

    connection = clerks["crm"].connection
    gone = "select count(*) from contacts where deleted_at like '2026-07-01%'"
    assert {key[0] for key in before["contacts"]} <= {key[0] for key in keys(connection)["contacts"]}
    assert connection.execute(gone).fetchone()[0] == 1


@pytest.mark.parametrize(
    ("source", "tables"),
    [("erp", ("supplier_invoices", "customers")), ("itsm", ("comments", "assets", "requesters"))],
    ids=["erp", "itsm"],
)
def test_the_others_lose_rows_for_good(
    source: str, tables: tuple[str, ...], clerks: dict[str, Clerk]
) -> None:
    before = keys(clerks[source].connection)

    CHANGES[source](clerks[source])

    after = keys(clerks[source].connection)
    assert [table for table in tables if not before[table] - after[table]] == []


@pytest.mark.parametrize("source", CHANGES)
def test_references_still_hold(source: str, clerks: dict[str, Clerk]) -> None:
    CHANGES[source](clerks[source])

    assert clerks[source].connection.execute("pragma foreign_key_check").fetchall() == []


def test_an_empty_system_has_nothing_to_change() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    connection.execute("create table empty(id integer primary key)")

    clerk = Clerk(connection, DAY, Seed("tests").dice("day"), Truth())

    assert list(clerk.pick("empty")) == []
    assert clerk.next_number("empty", "id") == 1
    connection.close()
