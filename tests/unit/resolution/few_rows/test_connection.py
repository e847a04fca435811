"""Standardising and the match input, run on a few rows, give what DuckDB gives for odd records."""

import datetime
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from resolution.domain.attributes import PartyType
from resolution.few_rows import connection
from resolution.few_rows.connection import FewRows
from resolution.few_rows.errors import UnsupportedSql
from resolution.few_rows.tables import Table
from resolution.lookup.given import GivenRows, given_rows, shape_of
from resolution.matching import features
from resolution.matching.organization import ORGANIZATION_BLOCKS
from resolution.matching.person import PERSON_BLOCKS
from resolution.standardise.forms import DateReading
from resolution.standardise.standardise import standardise_records

FIXTURES = Path(__file__).parents[3] / "fixtures"
TODAY = datetime.date(2026, 1, 1)
READINGS = [DateReading("given", f"birth_date_{n}", None, ()) for n in range(8)]
WORDS = {"acme": 7.5, "and": 1.25, "muller": 3.3333}
BLOCKS = {PartyType.PERSON: PERSON_BLOCKS, PartyType.ORGANIZATION: ORGANIZATION_BLOCKS}


def fixture_module(name: str) -> ModuleType:
    """Return a module of tests/fixtures."""
    spec = importlib.util.spec_from_file_location(name, FIXTURES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules.setdefault(name, importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


def rows_of(count: int, *, seed: int) -> GivenRows:
    records = fixture_module("odd_records").odd_records(count, seed=seed)
    numbered = [(f"g:p:{n}", record) for n, record in enumerate(records)]
    return given_rows(numbered, source="given", shape=shape_of(records))


def in_duckdb(given: GivenRows) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    kinds = {"_line": "bigint", **given.rows.kinds}
    columns = ", ".join(f'"{name}" {kinds.get(name, "varchar")}' for name in given.rows.columns)
    connection.execute(f"create table {given.table} ({columns})")
    marks = ", ".join("?" * len(given.rows.columns))
    connection.executemany(
        f"insert into {given.table} values ({marks})", [list(row) for row in given.rows.rows]
    )
    return connection


def by_id(columns: Any, rows: Any) -> dict[str, dict[str, Any]]:
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    return {row["record_id"]: row for row in found}


def from_duckdb(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a table by record id; a map as the list of its entries."""
    cursor = connection.execute(f"from {table}")
    found = by_id([column[0] for column in cursor.description or ()], cursor.fetchall())
    for row in found.values():
        if row.get("token_weights") is not None:
            row["token_weights"] = sorted(row["token_weights"].items())
    return found


def everything(connection: Any, given: GivenRows) -> None:
    """Standardise the rows, and make match inputs and keys of both types."""
    standardise_records(connection, [given], party_records="party_records", readings=READINGS, today=TODAY)
    features.register_nicknames(connection)
    features.register_word_weights(connection, WORDS)
    for party_type, blocks in BLOCKS.items():
        name = features.build_match_input(connection, party_type, target=f"match_{party_type.value}")
        keys = ", ".join(f"{sql} as {key}" for key, sql in blocks.items())
        connection.execute(f"create table keys_{party_type.value} as select record_id, {keys} from {name}")


def test_odd_records_come_out_alike_value_by_value() -> None:
    given = rows_of(250, seed=1)
    few: Any = FewRows({given.table: given.rows})

    everything(few, given)

    with in_duckdb(given) as connection:
        everything(connection, given)
        tables = ["party_records", *(f"{kind}_{p.value}" for p in PartyType for kind in ("match", "keys"))]
        theirs = {table: from_duckdb(connection, table) for table in tables}
    for table in tables:
        ours = by_id(few.table(table).columns, few.table(table).rows)
        assert len(ours) > 20
        assert ours == theirs[table], table


def test_a_copy_of_a_table_shares_its_indexes() -> None:
    few = FewRows({"t": Table(("a",), [(1,), (2,)])})

    few.execute("create or replace temp table copied as from t")

    assert few.table("copied") is few.table("t")


def test_an_arrow_table_is_shown_until_it_is_taken_away() -> None:
    few = FewRows()
    few.register("shown", pa.table({"a": ["x", None]}))

    assert few.execute("select a from shown").fetchall() == [("x",), (None,)]

    few.unregister("shown")
    with pytest.raises(UnsupportedSql):
        few.execute("select a from shown")


def test_a_statement_follows_its_table_to_other_columns() -> None:
    few = FewRows({"t": Table(("a", "b"), [(1, 2)])})
    assert few.execute("select b from t").fetchone() == (2,)

    other = FewRows({"t": Table(("b", "a"), [(1, 2)])})

    assert other.execute("select b from t").fetchone() == (1,)
    assert few.execute("select b from t").fetchone() == (2,)


def test_columns_and_their_types_are_described() -> None:
    few = FewRows({"t": Table(("a", "b"), [], {"b": "VARCHAR[]"})})

    assert few.execute("describe t").fetchall() == [("a", "VARCHAR"), ("b", "VARCHAR[]")]


def test_parameters_are_refused() -> None:
    with pytest.raises(UnsupportedSql, match="parameters"):
        FewRows().execute("select $1", [1])


def test_statements_are_forgotten_when_their_texts_are_too_long_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "_plans", type(connection._plans)())
    monkeypatch.setattr(connection, "REMEMBERED", 500)

    for number in range(100):
        width = 1 + number % 5  # the same text over other columns is compiled anew
        few = FewRows({"t": Table(tuple(f"c{n}" for n in range(width)), [tuple(map(str, range(width)))])})
        assert few.execute("select * from t").fetchall() == [tuple(map(str, range(width)))]
        assert few.execute(f"select c0 || '{number}' as x from t").fetchall() == [(f"0{number}",)]
        assert sum(len(sql) * len(plans) for sql, plans in connection._plans.items()) <= 500
