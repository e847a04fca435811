"""The bulk form of the ledger writes, row for row, what the small form says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resolution.domain.ledger import Ledger, LedgerRow, Redirect
from resolution.ledger import advance
from resolution.ledger_bulk import write_ledger

START = datetime(2026, 1, 1, tzinfo=UTC)
RECORDS = "abcdefg"
# One entry per run: the component of each live record, and whether only what changed is told.
HISTORIES = st.lists(
    st.tuples(st.dictionaries(st.sampled_from(RECORDS), st.integers(0, 3), max_size=7), st.booleans()),
    min_size=1,
    max_size=7,
)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("create table party_records (record_id varchar, party_type varchar)")
        connection.executemany("insert into party_records values (?, 'person')", [(r,) for r in RECORDS])
        yield connection


def grouped(components: dict[str, int]) -> set[frozenset[str]]:
    """Return the clusters that a component number per record means."""
    return {
        frozenset(record for record, number in components.items() if number == component)
        for component in components.values()
    }


def tell(connection: duckdb.DuckDBPyConnection, clusters: set[frozenset[str]], gone: set[str]) -> None:
    """Write the tables that the bulk form reads."""
    connection.execute("create or replace table clusters (record_id varchar, component_id varchar)")
    connection.execute("create or replace table removed (record_id varchar)")
    rows = [(record, f"c{min(cluster)}") for cluster in clusters for record in cluster]
    if rows:
        connection.executemany("insert into clusters values (?, ?)", rows)
    if gone:
        connection.executemany("insert into removed values (?)", [(record,) for record in gone])


def written(connection: duckdb.DuckDBPyConnection) -> Ledger:
    """Return the ledger as it stands in the database."""
    rows = connection.table("ledger").project(
        "record_id, golden_id, valid_from, cause, change, valid_to, heir"
    )
    redirects = connection.table("redirects").project(
        "golden_id_from, golden_id_to, valid_from, cause, valid_to"
    )
    return Ledger(
        tuple(LedgerRow(*row) for row in rows.fetchall()),
        tuple(Redirect(*row) for row in redirects.fetchall()),
    )


def naive(ledger: Ledger) -> tuple[set[tuple[object, ...]], set[tuple[object, ...]]]:
    """Return rows and redirects with times as DuckDB holds them: in UTC, without a zone."""
    rows = (
        (r.record_id, r.golden_id, r.valid_from, r.valid_to, r.cause, str(r.change), r.heir)
        for r in ledger.rows
    )
    redirects = (
        (r.golden_id_from, r.golden_id_to, r.valid_from, r.valid_to, r.cause) for r in ledger.redirects
    )
    return (
        {tuple(x.replace(tzinfo=None) if isinstance(x, datetime) else x for x in row) for row in rows},
        {tuple(x.replace(tzinfo=None) if isinstance(x, datetime) else x for x in row) for row in redirects},
    )


def told(*runs: str) -> list[tuple[dict[str, int], bool]]:
    """Return a history told by its changes; each run is the words of its clusters, "ab c"."""
    return [({record: n for n, word in enumerate(run.split()) for record in word}, True) for run in runs]


@settings(derandomize=True, max_examples=15, deadline=None)
@given(history=HISTORIES)
@example(told("ab", "b", "b a")).via("a founder returns beside its untouched heir")
@example(told("abc", "bc", "c", "a c")).via("a ghost whose seed was never in use")
@example(told("ab cd", "b cd", "bcd", "b cd", "b c", "a b")).via("ghosts go home, parties vanish")
def test_bulk_and_small_form_write_the_same_ledger(history: list[tuple[dict[str, int], bool]]) -> None:
    ledger, clusters = Ledger(), set[frozenset[str]]()
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("create table party_records (record_id varchar, party_type varchar)")
        connection.executemany("insert into party_records values (?, 'person')", [(r,) for r in RECORDS])
        for day, (components, tells_changes) in enumerate(history):
            now = START + timedelta(days=day)
            former, clusters = clusters, grouped(components)
            gone = {record for cluster in former for record in cluster} - components.keys()
            tell(connection, clusters - former if tells_changes else clusters, gone)

            write_ledger(connection, now=now, cause=str(day), removed="removed" if tells_changes else None)
            ledger = advance(ledger, clusters, now=now, cause=str(day))

            found = written(connection)
            assert naive(found) == naive(ledger)
            assert len(found.rows) == len(ledger.rows)
            membership = connection.table("membership").project("record_id, golden_id, party_type").fetchall()
            assert sorted(membership) == sorted((r, g, "person") for r, g in ledger.membership().items())


def test_the_golden_records_that_changed_are_named(connection: duckdb.DuckDBPyConnection) -> None:
    tell(connection, {frozenset("ab"), frozenset("c"), frozenset("de")}, set())
    write_ledger(connection, now=START, cause="first")
    before = dict(connection.table("membership").project("record_id, golden_id").fetchall())

    tell(connection, {frozenset("abc")}, {"e"})
    write_ledger(connection, now=START + timedelta(days=1), cause="update", removed="removed")

    changed = {row[0] for row in connection.table("changed_goldens").fetchall()}
    assert changed == {before["a"], before["c"], before["d"]}


def test_first_seen_times_that_are_known_beforehand_decide(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table first_seen (record_id varchar, first_seen timestamp)")
    connection.execute("insert into first_seen values ('b', timestamp '2020-01-01')")
    tell(connection, {frozenset("ab")}, set())

    write_ledger(connection, now=START, cause="first")

    ledger = advance(
        Ledger(), [{"a", "b"}], now=START, cause="first", first_seen={"b": START - timedelta(days=99)}
    )
    assert (
        dict(connection.table("membership").project("record_id, golden_id").fetchall()) == ledger.membership()
    )
