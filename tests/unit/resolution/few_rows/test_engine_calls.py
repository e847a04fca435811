"""What only DuckDB computes, it computes."""

import duckdb

from resolution.few_rows.engine_calls import ask


def test_a_value_is_what_duckdb_says() -> None:
    row = duckdb.execute("select strip_accents('Ünïçødé')").fetchone()

    assert row == (ask("strip_accents($1)", "Ünïçødé"),)


def test_lists_go_in_and_come_out() -> None:
    expected = duckdb.execute("select list_sort(['b', null, 'a'])").fetchone()

    assert (ask("list_sort($1)", ["b", None, "a"]),) == expected
