"""The identity ledger between store and warehouse: taken before settling, given back as membership after.

The store is where the ledger lives, because decisions write it too. `resolution` reads and writes its own
tables of it in the warehouse; `store_base` notes which version and decision they were taken from.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa
from sqlalchemy import Connection, Engine

from context_api.settling_order import Base, last_confirmed
from context_api.settling_publish import Publication, read_tenant
from context_api.store.bulk import Row
from context_api.store.engine import is_sqlite, reading

FETCHED = 100_000  # rows carried at a time
SCHEMA = "resolution"

LEDGER_TABLES = """
create or replace table ledger (
    record_id varchar, golden_id varchar, valid_from timestamp, valid_to timestamp, cause varchar,
    change varchar, heir varchar);
create or replace table redirects (
    golden_id_from varchar, golden_id_to varchar, valid_from timestamp, valid_to timestamp, cause varchar);
create or replace table decisions (record_id_l varchar, record_id_r varchar, decision varchar);
create or replace table membership_before (record_id varchar, golden_id varchar, party_type varchar);
"""
ENDED = "case when published_to <= :version then {} end"
LEDGER_SQL = f"""
select record_id, golden_id, {{recorded_from}}, {ENDED.format("{recorded_to}")}, cause, change, heir
from identity_ledger where tenant_id = :tenant and published_from <= :version
"""
REDIRECTS_SQL = f"""
select golden_id_from, golden_id_to, {{recorded_from}}, {ENDED.format("{recorded_to}")}, cause
from redirects where tenant_id = :tenant and published_from <= :version
"""
DECISIONS_SQL = """
select record_id_l, record_id_r, verdict from decisions
where tenant_id = :tenant and superseded_at is null and verdict <> 'defer' order by sequence
"""
MEMBERSHIP_SQL = """
select l.record_id, l.golden_id, p.party_type
from identity_ledger l join party_records p
on p.tenant_id = l.tenant_id and p.record_id = l.record_id
and p.published_from <= :version and (p.published_to is null or p.published_to > :version)
where l.tenant_id = :tenant and l.golden_id is not null
and l.published_from <= :version and (l.published_to is null or l.published_to > :version)
"""
TAKEN = {
    "ledger": LEDGER_SQL,
    "redirects": REDIRECTS_SQL,
    "decisions": DECISIONS_SQL,
    "membership_before": MEMBERSHIP_SQL,
}
DERIVED = """
create or replace table membership as from membership_before;
drop table membership_before;
create or replace table first_seen as
select record_id, min(valid_from) as first_seen from ledger group by record_id;
"""


@contextmanager
def resolution_schema(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Make `resolution` the current schema while the block runs; made where it is missing."""
    (before,) = connection.execute("select current_schema()").fetchone() or ("main",)
    connection.execute(f"create schema if not exists {SCHEMA}")
    connection.execute(f"use {SCHEMA}")
    try:
        yield
    finally:
        connection.execute(f'use "{before}"')


def ledger_from_store(connection: duckdb.DuckDBPyConnection, engine: Engine, tenant_id: str) -> Base:
    """Fill the warehouse's ledger, membership, redirects, first_seen and decisions from the store."""
    with resolution_schema(connection):
        connection.execute(LEDGER_TABLES)
        with reading(engine) as store:
            tenant = read_tenant(store, tenant_id)
            base = Base(0, 0)
            if tenant is not None:
                confirmed = last_confirmed(store, tenant_id)
                base = Base(tenant.visible_sequence, tenant.decision_sequence, confirmed)
            for table, statement in TAKEN.items():
                given = _rows(store, statement, tenant_id=tenant_id, version=base.version)
                append_all(connection, table, given)
        connection.execute(DERIVED)
        connection.execute(
            "create or replace table store_base as select $1::bigint as version,"
            " $2::bigint as decision_sequence, $3::bigint as confirmed",
            [base.version, base.decision_sequence, base.confirmed],
        )
    return base


def read_base(connection: duckdb.DuckDBPyConnection) -> Base:
    """Return the version and decision that the warehouse's ledger was taken from."""
    return Base(*(connection.execute("from store_base").fetchone() or (0, 0)))


def copy_membership(
    connection: duckdb.DuckDBPyConnection, publication: Publication, *, version: int, is_as_staged: bool
) -> None:
    """Write table `golden_membership` (record_id, golden_id, party_type, version) as it is in a version.

    `is_as_staged` says that the store holds what was settled here, so that it need not be read.
    """
    if is_as_staged:
        connection.execute(
            "create or replace table golden_membership as"
            f" select record_id, golden_id, party_type, {version}::bigint as version from membership"
        )
        return
    connection.execute(
        "create or replace table golden_membership"
        " (record_id varchar, golden_id varchar, party_type varchar, version bigint)"
    )
    with reading(publication.engine) as store:
        for rows in _rows(store, MEMBERSHIP_SQL, tenant_id=publication.tenant_id, version=version):
            append(connection, "golden_membership", [(*row, version) for row in rows])


def _timed(store: Connection, statement: str) -> str:
    """Return a query with times as text, which DuckDB casts faster than Python would make values."""
    if is_sqlite(store):
        return statement.format(recorded_from="recorded_from", recorded_to="recorded_to")
    as_text = "to_char({}, 'YYYY-MM-DD HH24:MI:SS.US')"
    return statement.format(
        recorded_from=as_text.format("recorded_from"), recorded_to=as_text.format("recorded_to")
    )


def _rows(store: Connection, statement: str, *, tenant_id: str, version: int) -> Iterator[Sequence[Row]]:
    marked = _timed(store, statement)
    if not is_sqlite(store):
        marked = marked.replace(":tenant", "%(tenant)s").replace(":version", "%(version)s")
    result = store.execution_options(stream_results=True, max_row_buffer=FETCHED).exec_driver_sql(
        marked, {"tenant": tenant_id, "version": version}
    )
    while batch := result.fetchmany(FETCHED):
        yield [tuple(row) for row in batch]


def append_all(connection: duckdb.DuckDBPyConnection, table: str, batches: Iterable[Sequence[Row]]) -> None:
    """Append batches of rows to a table of the warehouse."""
    for rows in batches:
        append(connection, table, rows)


def append(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    """Append rows to a table of the warehouse, whose types the values are cast to."""
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    given = pa.table(columns, names=[f"c{n}" for n in range(len(columns))])
    connection.register("given_rows", given)
    connection.execute(f"insert into {table} select * from given_rows")
    connection.unregister("given_rows")
