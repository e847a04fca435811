from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from resolution.domain.attributes import Attribute, ColumnMapping, PartyType, SourceMapping
from resolution.standardise.joined_records import joined_sql, state_source

Standardised = Callable[..., Any]


def stated(
    connection: duckdb.DuckDBPyConnection, mapping: SourceMapping, **values: str | None
) -> dict[str, object]:
    columns = ", ".join(f"?::varchar as {name}" for name in values)
    connection.execute(
        f"create table rows_0 as select 's:party:1' as _record_id, 's' as _source, '1' as _source_id, "
        f"'f' as _file, 2 as _line, {columns}",
        list(values.values()),
    )
    source = state_source(connection, "rows_0", mapping=mapping, table="stated_0")
    row: dict[str, object] = connection.execute(f"from {source.table}").to_arrow_table().to_pylist()[0]
    return row


def test_stated_texts_are_trimmed_and_blanks_are_null(connection: duckdb.DuckDBPyConnection) -> None:
    columns = (ColumnMapping("a", Attribute.CITY), ColumnMapping("b", Attribute.STATE))

    row = stated(connection, SourceMapping("f", "s", columns), a=" Berlin ", b="  ")

    assert (row["city_0"], row["state_0"]) == ("Berlin", None)


@pytest.mark.parametrize(
    ("said", "constant", "declared"),
    [
        ("Person", None, "person"),
        ("GmbH?", PartyType.ORGANIZATION, "organization"),
        ("mailbox", PartyType.PERSON, "mailbox"),
        (None, None, None),
    ],
)
def test_the_declared_type(
    said: str | None, constant: PartyType | None, declared: str | None, connection: duckdb.DuckDBPyConnection
) -> None:
    mapping = SourceMapping("f", "s", (ColumnMapping("t", Attribute.PARTY_TYPE),), constant)

    assert stated(connection, mapping, t=said)["declared_type"] == declared


def test_month_names_in_a_column_of_their_own(connection: duckdb.DuckDBPyConnection) -> None:
    parts = (Attribute.BIRTH_YEAR, Attribute.BIRTH_MONTH, Attribute.BIRTH_DAY)
    mapping = SourceMapping("f", "s", tuple(ColumnMapping(part.value, part) for part in parts))

    row = stated(connection, mapping, birth_year="1970", birth_month="March", birth_day="3")

    assert row["birth_date_0"] == "3 March 1970"


def test_a_display_name_names_a_record_without_one(standardised: Standardised) -> None:
    record = standardised({"email": "Maria Sentosa<msentosa@fmail.com>"}).record

    assert (record["given_name"], record["family_name"]) == ("maria", "sentosa")


def test_the_country_of_the_row_settles_its_phone(standardised: Standardised) -> None:
    row = {"full_name": "A Lee", "phone": "92-42-35925774", "country": "Pakistan"}

    assert standardised(row).record["phone"] == "4235925774"


@pytest.mark.parametrize("is_typed", [True, False], ids=["with-a-type-column", "of-one-kind"])
def test_identifiers_are_looked_up_by_their_type_only_where_a_column_says_it(
    is_typed: bool, connection: duckdb.DuckDBPyConnection
) -> None:
    number = ColumnMapping("n", Attribute.IDENTIFIER, kind=None if is_typed else "tax")
    says = (ColumnMapping("t", Attribute.IDENTIFIER_KIND),) if is_typed else ()
    connection.execute(
        "create table rows_0 as select 's:party:1' as _record_id, 's' as _source, '1' as _source_id,"
        " 'f' as _file, 2 as _line, 'DE123456789' as n, 'ustid' as t"
    )
    source = state_source(
        connection, "rows_0", mapping=SourceMapping("f", "s", (number, *says)), table="stated_0"
    )

    assert ("'aadhaar'" in joined_sql(source, number=0)) is is_typed  # a type among many hundreds
