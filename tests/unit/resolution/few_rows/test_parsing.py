"""Statements are told apart, and parsed by DuckDB itself."""

import pytest

from resolution.few_rows.errors import UnsupportedSql
from resolution.few_rows.parsing import parse


def test_a_table_made_from_a_query_has_its_name() -> None:
    statement = parse("create or replace temp table Made as\nselect 1 as a")

    assert statement.creates == "made"
    assert statement.query is not None
    assert statement.query["type"] == "SELECT_NODE"


def test_a_declared_table_has_its_columns() -> None:
    statement = parse("\ncreate or replace temp table t (a varchar, b struct(c varchar, d int)[], e int)")

    assert (statement.creates, statement.layout, statement.query) == ("t", ("a", "b", "e"), None)


def test_dropping_is_nothing_to_do() -> None:
    assert parse("drop table a; drop table b").query is None


def test_what_does_not_parse_is_refused_with_its_text() -> None:
    with pytest.raises(UnsupportedSql, match="selec 1"):
        parse("selec 1")
