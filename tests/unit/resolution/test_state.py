import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from resolution import state
from resolution.decisions import Decision
from resolution.domain.errors import DecisionConflict
from resolution.standardise.forms import DateReading


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE party_records AS SELECT * FROM (VALUES ('s:party:1', 'person'),"
            " ('s:party:2', 'person'), ('s:party:3', 'organization')) t(record_id, party_type)"
        )
        yield connection


def test_what_is_worth_keeping_is_kept_and_the_ledger_carried_over(
    tmp_path: Path,
) -> None:
    path = tmp_path / "it's.duckdb"
    with state.open_work(path) as connection:
        connection.execute("CREATE TABLE party_records AS SELECT 's:party:1' AS record_id")
        connection.execute("CREATE TABLE membership AS SELECT 's:party:1' AS record_id, 'g-1' AS golden_id")
        connection.execute('CREATE TABLE "Rows of 0" AS SELECT 1 AS n')
        connection.execute('CREATE TEMP TABLE "Levels of 0" AS SELECT 1 AS n')

        state.prune(connection)

        assert connection.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchone() == (0,)

    with state.open_work(tmp_path / "next.duckdb") as later:
        state.carry_over_ledger(later, path)
        carried = later.execute("FROM membership").fetchall()
        assert state.tables_of(later) == {"membership"}
    with duckdb.connect(str(path)) as saved:
        assert state.tables_of(saved) == {"party_records", "membership"}

    assert carried == [("s:party:1", "g-1")]


def test_decisions_are_kept_in_order_and_once(connection: duckdb.DuckDBPyConnection) -> None:
    said = [
        Decision("s:party:2", "s:party:9", is_match=False),
        Decision("s:party:1", "s:party:2", is_match=True),
    ]

    state.write_decisions(connection, [*said, said[0]])

    assert state.read_decisions(connection) == said[::-1]
    assert state.check_decisions(connection) == {"given": 2, "about_absent_records": 1}


def test_a_person_cannot_be_decided_to_be_an_organisation(connection: duckdb.DuckDBPyConnection) -> None:
    state.write_decisions(connection, [Decision("s:party:1", "s:party:3", is_match=True)])

    with pytest.raises(DecisionConflict, match="s:party:1 = s:party:3"):
        state.check_decisions(connection)


def test_that_a_person_is_no_organisation_may_be_decided(connection: duckdb.DuckDBPyConnection) -> None:
    state.write_decisions(connection, [Decision("s:party:1", "s:party:3", is_match=False)])

    assert state.check_decisions(connection)["given"] == 1


def test_how_dates_were_read_survives_json() -> None:
    readings = (DateReading("crm", "birth_date_0", day_first=True, suspects=("1900-01-01",)),)

    written = json.loads(json.dumps(state.readings_json(readings)))

    assert state.readings_from_json(written) == readings


def test_a_run_is_written_in_the_storage_format_that_is_cheap_to_write_and_updates_keep_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state.duckdb"
    formats = []
    for table in ("first", "later"):  # a run, and its update
        with state.open_work(path) as connection:
            connection.execute(f"CREATE TABLE {table} AS SELECT 'x' AS value")
            formats.append(_storage(connection, "work"))
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{tmp_path / 'plain.duckdb'}' AS plain")
        plain = _storage(connection, "plain")

    assert formats[0] == formats[1]
    assert state.STORAGE in formats[0]
    assert formats[0] != plain


def _storage(connection: duckdb.DuckDBPyConnection, database: str) -> str:
    row = connection.execute(
        "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = ?", [database]
    ).fetchone()
    return str(row and row[0])


def test_the_order_of_files_does_not_show_in_how_dates_were_read() -> None:
    readings = [DateReading(name, "birth_date", day_first=None, suspects=()) for name in ("erp", "crm")]

    assert state.readings_json(readings) == state.readings_json(readings[::-1])
