from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from resolution import state
from resolution.decisions import Decision
from resolution.domain.errors import DecisionConflict, InputError
from resolution.update_asks import add_decisions, note_removed


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A run of records 1 to 3, and an update that brings record 4 and says that 3 is deleted."""
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE party_records AS SELECT 's:party:' || n AS record_id FROM range(1, 4) t(n);"
            "CREATE TABLE new_records AS SELECT * FROM (VALUES ('s:party:3', true), ('s:party:4', NULL))"
            " t(record_id, is_deleted)"
        )
        state.write_decisions(connection, [Decision("s:party:1", "s:party:2", is_match=True)])
        yield connection


def test_records_go_that_a_file_names_or_their_source_has_deleted(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = tmp_path / "gone.csv"
    file.write_text("source,source_id\n s ,1\ns,1\ns,never seen\n", encoding="utf-8")

    unknown = note_removed(connection, file)

    gone = connection.execute("SELECT record_id FROM gone ORDER BY ALL").fetchall()
    assert gone == [("s:party:1",), ("s:party:3",), ("s:party:never seen",)]
    assert unknown == 1


def test_a_file_of_other_columns_is_refused(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = tmp_path / "gone.csv"
    file.write_text("x,y\n", encoding="utf-8")

    with pytest.raises(InputError, match="source and source_id"):
        note_removed(connection, file)


def test_a_later_decision_replaces_an_earlier_one_and_only_its_records_are_decided_anew(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    parted = Decision("s:party:1", "s:party:2", is_match=False)

    add_decisions(connection, [parted])
    first = connection.execute("FROM redecided ORDER BY ALL").fetchall()
    add_decisions(connection, [parted])

    assert state.read_decisions(connection) == [parted]
    assert first == [("s:party:1",), ("s:party:2",)]
    assert connection.execute("FROM redecided").fetchall() == []


def test_decisions_that_contradict_those_of_the_run_are_refused(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    told = [Decision("s:party:2", "s:party:3", is_match=True), Decision("s:party:1", "s:party:3", False)]

    with pytest.raises(DecisionConflict):
        add_decisions(connection, told)
