import datetime
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolution.domain.attributes import Attribute, ColumnMapping, SourceMapping
from resolution.standardise.standardise import standardise

Standardised = Callable[..., Any]
RECORDS = "select * exclude (record_id, source, source_id) from {} order by all"


def source(table: str, *columns: tuple[str, Attribute]) -> SimpleNamespace:
    mapping = SourceMapping("f.csv", "s", tuple(ColumnMapping(name, meaning) for name, meaning in columns))
    return SimpleNamespace(table=table, mapping=mapping)


def rows(connection: duckdb.DuckDBPyConnection, table: str, names: list[str], dates: list[str]) -> None:
    connection.execute(
        f"create or replace table {table} as select 's:party:' || n as _record_id, 's' as _source, "
        "n::varchar as _source_id, "
        "'f.csv' as _file, n as _line, nullif(name, '') as name, nullif(born, '') as born "
        "from (select unnest(?::varchar[]) as name, unnest(?::varchar[]) as born, unnest(range(?)) as n)",
        [names, dates, len(names)],
    )


COLUMNS = (("name", Attribute.FULL_NAME), ("born", Attribute.BIRTH_DATE))
TEXT = st.text(alphabet="abc ABC.,-'0129/üß王Ж", max_size=12)


@settings(
    derandomize=True,
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(values=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=16), seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(
    connection: duckdb.DuckDBPyConnection, values: list[tuple[str, str]], seed: int
) -> None:
    shuffled = random.Random(seed).sample(values, len(values))
    results = []
    for order in (values, shuffled):
        rows(connection, "rows_0", [name for name, _ in order], [born for _, born in order])
        standardise(connection, [source("rows_0", *COLUMNS)], today=datetime.date(2026, 1, 1))
        results.append(connection.execute(RECORDS.format("party_records")).fetchall())

    assert results[0] == results[1]


@settings(
    derandomize=True,
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(names=st.lists(TEXT, min_size=1, max_size=16))
def test_standard_names_are_standard(connection: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    rows(connection, "rows_0", names, [""] * len(names))
    standardise(connection, [source("rows_0", COLUMNS[0])])
    once = connection.execute("select full_name from party_records order by all").fetchall()
    rows(connection, "rows_1", [name for (name,) in once], [""] * len(once))

    standardise(connection, [source("rows_1", COLUMNS[0])])

    again = {name for (name,) in connection.execute("select full_name from party_records").fetchall()}
    assert again == {name for (name,) in once}


def test_new_rows_alone_are_read_as_in_the_full_run(connection: duckdb.DuckDBPyConnection) -> None:
    rows(connection, "rows_0", ["Ann Lee", "Bo Ray"], ["25/12/1970", "03/04/1971"])
    full = standardise(connection, [source("rows_0", *COLUMNS)])
    whole = connection.execute("from party_records where given_name = 'bo'").fetchall()
    connection.execute("create table rows_1 as from rows_0 where name = 'Bo Ray'")

    standardise(
        connection,
        [source("rows_1", *COLUMNS)],
        party_records="new_records",
        claims="new_claims",
        readings=full.readings,
    )

    assert connection.execute("from new_records").fetchall() == whole
    assert connection.execute("select count(*) from party_records").fetchall() == [(2,)]


def test_the_summary_counts_what_came_out(connection: duckdb.DuckDBPyConnection) -> None:
    rows(connection, "rows_0", ["Ann Lee", "n/a"], ["1970-01-02", "1971-01-02"])

    summary = standardise(connection, [source("rows_0", *COLUMNS)])

    assert (summary.records, summary.persons, summary.organizations, summary.quarantined) == (1, 1, 0, 1)
    assert summary.claims == 2


def test_no_rows_make_empty_tables(connection: duckdb.DuckDBPyConnection) -> None:
    rows(connection, "rows_0", [], [])

    assert standardise(connection, [source("rows_0", *COLUMNS)]).records == 0


def test_nothing_temporary_is_left_behind(connection: duckdb.DuckDBPyConnection) -> None:
    rows(connection, "rows_0", ["Ann Lee"], ["1970-01-02"])

    standardise(connection, [source("rows_0", *COLUMNS)])

    assert connection.execute("select table_name from duckdb_tables() where temporary").fetchall() == []
    assert (
        connection.execute("select view_name from duckdb_views() where temporary and not internal").fetchall()
        == []
    )


@pytest.mark.parametrize("sources", [0, 2])
def test_any_number_of_sources(sources: int, connection: duckdb.DuckDBPyConnection) -> None:
    for number in range(sources):
        rows(connection, f"rows_{number}", [f"Ann Lee{'abc'[number]}"], ["1970-01-02"])

    summary = standardise(connection, [source(f"rows_{number}", *COLUMNS) for number in range(sources)])

    assert summary.records == sources


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" * 10_000_000, id="ten-megabytes"),
        pytest.param("\x01\x1b[31m\u202e", id="control-characters"),
        pytest.param('=HYPERLINK("x")', id="formula"),
        pytest.param("Robert'); drop table students;--", id="sql"),
        pytest.param("{{}} %s $1 \\1 [(", id="template-and-pattern-signs"),
        pytest.param("\U0001f469\u200d\U0001f4bb", id="emoji"),
    ],
)
def test_a_hostile_value_in_any_column_breaks_nothing(text: str, standardised: Standardised) -> None:
    meanings = [meaning for meaning in Attribute if meaning not in (Attribute.IGNORE, Attribute.SOURCE)]
    row = {meaning.value: text for meaning in meanings} | {"email_2": "ann@acme.de"}

    assert standardised(row).record["email"] == "ann@acme.de"
