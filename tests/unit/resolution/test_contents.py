"""One number per record says whether it comes again with anything new."""

from collections.abc import Iterator

import duckdb
import pytest

from resolution import contents

ROW = "select '{}' as record_id, {} as name, ['x', null] as tokens, timestamp '2026-01-01' as observed_at"
CLAIM = "select '{}' as record_id, 'email' as attribute, {} as value, {}::integer as position"


@pytest.fixture
def run() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create table party_records as " + ROW.format("a", "'Anna'"))
        connection.execute("insert into party_records " + ROW.format("b", "null"))
        connection.execute("create table claims as " + CLAIM.format("a", "'a@x.test'", 0))
        connection.execute("insert into claims " + CLAIM.format("a", "'b@x.test'", 1))
        contents.write_all(connection)
        yield connection


def news(run: duckdb.DuckDBPyConnection, rows: list[str], claims: list[str]) -> list[str]:
    run.execute("create or replace table new_records as " + " union all ".join(rows))
    run.execute("create or replace table new_claims as from claims limit 0")
    for claim in claims:
        run.execute(f"insert into new_claims {claim}")
    contents.drop_unchanged(run)
    return [r for (r,) in run.execute("select record_id from new_records order by 1").fetchall()]


BOTH = [CLAIM.format("a", "'b@x.test'", 1), CLAIM.format("a", "'a@x.test'", 0)]


def test_what_is_known_is_dropped_in_whatever_order_it_is_claimed(run: duckdb.DuckDBPyConnection) -> None:
    assert news(run, [ROW.format("a", "'Anna'"), ROW.format("b", "null")], BOTH) == []


@pytest.mark.parametrize(
    ("row", "claims"),
    [
        (ROW.format("a", "'Anne'"), BOTH),
        (ROW.format("a", "null"), BOTH),
        (ROW.format("a", "'Anna'"), BOTH[:1]),
        (ROW.format("a", "'Anna'"), [*BOTH, BOTH[0]]),
        (ROW.format("a", "'Anna'"), [BOTH[0], CLAIM.format("a", "'a@x.test'", 2)]),
        (ROW.format("c", "'Anna'"), []),
    ],
    ids=["another-name", "name-gone", "claim-gone", "claim-twice", "another-position", "another-record"],
)
def test_whatever_differs_is_news(run: duckdb.DuckDBPyConnection, row: str, claims: list[str]) -> None:
    assert len(news(run, [row], claims)) == 1


def test_news_are_known_once_they_are_taken_in(run: duckdb.DuckDBPyConnection) -> None:
    changed = ROW.format("a", "'Anne'")
    assert news(run, [changed], BOTH[:1]) == ["a"]
    run.execute("create temp table stale as select 'a' as record_id")

    contents.replace(run, "stale")

    assert news(run, [changed], BOTH[:1]) == []
    assert run.execute("select count(*), count(distinct record_id) from contents").fetchone() == (2, 2)


def test_a_run_of_before_the_table_was_kept_gets_it(run: duckdb.DuckDBPyConnection) -> None:
    run.execute("drop table contents")

    assert news(run, [ROW.format("a", "'Anna'"), ROW.format("b", "'Bo'")], BOTH) == ["b"]
