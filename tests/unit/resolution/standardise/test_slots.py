import duckdb
import pytest

from resolution.domain.attributes import Attribute, ColumnMapping, SourceMapping
from resolution.standardise.slots import find_slots, of


def slots_of(connection: duckdb.DuckDBPyConnection, *columns: ColumnMapping) -> list[tuple[str, object]]:
    """Name and first value of each slot."""
    found = find_slots(connection, "rows_0", SourceMapping("f", "s", columns))
    values = connection.execute(f"select {', '.join(slot.sql for slot in found)} from rows_0").fetchone()
    assert values is not None
    return [(slot.name, value) for slot, value in zip(found, values, strict=True)]


def test_each_value_of_a_list_column_has_a_slot(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table rows_0 as select ['a@x.de', 'b@x.de'] as mails union all select ['c@x.de']"
    )

    found = slots_of(connection, ColumnMapping("mails", Attribute.EMAIL))

    assert found == [("email_0", "a@x.de"), ("email_1", "b@x.de")]


@pytest.mark.parametrize(
    ("attribute", "text", "values"),
    [
        (Attribute.EMAIL, "a@x.de; b@x.de", ["a@x.de", "b@x.de"]),
        (Attribute.EMAIL, "Ann Lee <a@x.de>", ["Ann Lee <a@x.de>"]),
        (Attribute.PHONE, "030 123456 or 030 654321", ["030 123456", "030 654321"]),
        (Attribute.CITY, "Frankfurt; Main", ["Frankfurt; Main"]),
    ],
)
def test_several_values_in_one_text(
    attribute: Attribute, text: str, values: list[str], connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute("create table rows_0 as select ? as said", [text])

    assert [
        str(value).strip() for _, value in slots_of(connection, ColumnMapping("said", attribute))
    ] == values


def test_columns_of_one_attribute_are_ordered_by_group(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table rows_0 as select '2' as b, '1' as a")
    columns = (ColumnMapping("b", Attribute.CITY, group=2), ColumnMapping("a", Attribute.CITY))

    assert slots_of(connection, *columns) == [("city_0", "1"), ("city_1", "2")]


def test_ignored_columns_have_no_slot(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table rows_0 as select 'x' as a, 'y' as b")
    mapping = SourceMapping(
        "f", "s", (ColumnMapping("a", Attribute.IGNORE), ColumnMapping("b", Attribute.CITY))
    )

    found = find_slots(connection, "rows_0", mapping)

    assert [slot.attribute for slot in found] == [Attribute.CITY]
    assert of(found, Attribute.PHONE) == []
