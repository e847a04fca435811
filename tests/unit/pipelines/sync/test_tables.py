import duckdb
from fake_source import NOON

from pipelines.sync.contract import SchemaEvent
from pipelines.sync.tables import Load, prepare, read_cursor, write_cursor, write_event


def test_a_cursor_is_what_was_written_last(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert read_cursor(warehouse, "crm", object_name="people") is None
    for value in (1, 2):
        write_cursor(warehouse, "crm", object_name="people", cursor={"after": value}, now=NOON)

    assert read_cursor(warehouse, "crm", object_name="people") == {"after": 2}


def test_a_change_of_schema_is_noted_once_until_another_follows(warehouse: duckdb.DuckDBPyConnection) -> None:
    added, lost = SchemaEvent("fax", "added", None, "text"), SchemaEvent("fax", "lost", "text", None)
    for event in (added, added, lost, lost, added):
        write_event(warehouse, Load("L", "crm", NOON), object_name="people", event=event, now=NOON)

    found = warehouse.execute("select event from sync.schema_events").fetchall()
    assert found == [("added",), ("lost",), ("added",)]


def test_preparing_again_changes_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    write_cursor(warehouse, "crm", object_name="people", cursor={}, now=NOON)

    prepare(warehouse)

    assert read_cursor(warehouse, "crm", object_name="people") == {}
