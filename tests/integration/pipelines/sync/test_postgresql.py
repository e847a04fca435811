"""A PostgreSQL server as a source, a real one: types, ties, deletes, streaming, a connection that is lost."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import psycopg
import pytest
import stamina
from psycopg import sql
from sqlalchemy.engine import make_url

from pipelines.connectors.port import Cursor, Deletes, Page, SourceObject
from pipelines.connectors.sql import SqlConnector, SqlSettings, SqlTable
from pipelines.sync import tables
from pipelines.sync.engine import SyncOptions, sync
from pipelines.sync.settling import ObjectResult
from pipelines.sync.sources import Source

ORDERS = """
create table orders (
    id uuid primary key, amount numeric(20, 6), total double precision, is_paid boolean, lines jsonb,
    tags text[], photo bytea, day date, at time, changed timestamptz, local timestamp
)
"""
EVENTS = "create table events (id bigint primary key, name text, changed timestamptz)"


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """The address of an empty database; the server's zone is far from UTC."""
    name = f"source_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        server.execute(
            sql.SQL("alter database {} set timezone to 'Pacific/Auckland'").format(sql.Identifier(name))
        )
    address = postgres.replace("/postgres?", f"/{name}?")
    yield address
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        tables.prepare(connection)
        with stamina.set_testing(True, attempts=100, cap=True):
            yield connection


def told(database: str, *statements: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def source_of(database: str, table: str, *, page_rows: int = 20_000) -> Source:
    url = (
        make_url(database)
        .set(drivername="postgresql+psycopg")
        .update_query_dict({"application_name": "concord"})
    )
    declared = SqlTable(table, ("id",), table, "changed", None, Deletes.RECONCILE)
    settings = SqlSettings(url.render_as_string(hide_password=False), (declared,), page_rows=page_rows)
    return Source("erp", settings, (table,))


def connector_of(source: Source, kind: type[SqlConnector] = SqlConnector) -> SqlConnector:
    assert isinstance(source.settings, SqlSettings)
    return kind(source.settings, Path(), now=lambda: datetime.now(UTC))


def synced(
    warehouse: duckdb.DuckDBPyConnection, home: Path, source: Source,
    opened: Callable[[Source], SqlConnector] = connector_of,
) -> ObjectResult:  # fmt: skip
    (result,) = sync(warehouse, [source], home=home, open_connector=opened, options=SyncOptions())
    return result


def test_every_type_arrives_without_loss(
    database: str, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    key = "00000000-0000-0000-0000-00000000000a"
    told(
        database,
        ORDERS,
        f"""insert into orders values ('{key}', 12345678901234.100000, 0.1, true,
            '{{"b": [1, 2.50], "a": null}}', '{{x,"y z",null}}', '\\xff00', '2024-02-29', '24:00',
            '2024-05-01 12:00:00.5+12', '2024-05-01 12:00')""",
        "insert into orders (id, changed, local) values (gen_random_uuid(), '2024-01-01Z', 'infinity')",
        "insert into orders (id, day) values (gen_random_uuid(), '0044-03-15 BC')",
    )

    result = synced(warehouse, tmp_path, source_of(database, "orders"))

    assert (result.status, result.upserted, result.quarantined, result.proven_share) == (
        "complete",
        3,
        0,
        1.0,
    )
    row = warehouse.execute(
        "select * exclude (_load_id, _synced_at, _content_hash) from raw_erp.orders where id = ?", [key]
    ).fetchone()
    assert row == (
        key, "12345678901234.100000", 0.1, True, '{"a": null, "b": [1, 2.5]}', '["x", "y z", null]',
        "base64:/wA=", "2024-02-29", "24:00:00", "2024-05-01 00:00:00.5+00", "2024-05-01 12:00:00", key,
        datetime(2024, 5, 1, 0, 0, 0, 500_000), False,  # noqa: DTZ001 - UTC, as the warehouse keeps it
    )  # fmt: skip
    odd = warehouse.execute(
        "select local, day from raw_erp.orders where id <> ? order by 1", [key]
    ).fetchall()
    assert odd == [("infinity", None), (None, "0044-03-15 BC")]


def test_a_second_sync_reads_the_overlap_and_moves_nothing(
    database: str, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    days = "'2024-05-01Z'::timestamptz + n * interval '1 day'"
    told(database, EVENTS, f"insert into events select n, 'Ann', {days}"
         " from generate_series(1, 9) n")  # fmt: skip
    source = source_of(database, "events")
    synced(warehouse, tmp_path, source)

    result = synced(warehouse, tmp_path, source)

    assert (result.rows_read, result.upserted, result.deleted) == (1, 0, 0)


def test_many_rows_of_one_moment_are_all_read_and_deletes_are_found(
    database: str, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    told(database, EVENTS, "insert into events select n, 'Ann', '2024-05-01Z' from generate_series(1, 95) n")
    source = source_of(database, "events", page_rows=10)
    first = synced(warehouse, tmp_path, source)
    told(
        database,
        "insert into events select n, 'Bo', '2024-05-01Z' from generate_series(96, 99) n",
        "delete from events where id in (3, 50)",
        "update events set name = 'Cy', changed = '2024-05-02Z' where id = 4",
    )

    result = synced(warehouse, tmp_path, source)

    assert (first.upserted, result.upserted, result.deleted, result.proven_share) == (95, 5, 2, 1.0)
    found = warehouse.execute("select count(*), count(*) filter (where _is_deleted) from raw_erp.events")
    assert found.fetchone() == (99, 2)


def test_rows_are_streamed_from_a_cursor_of_the_server(database: str) -> None:
    told(database, EVENTS, "insert into events select n, 'Ann', now() from generate_series(1, 1000) n")
    with_pages = connector_of(source_of(database, "events", page_rows=10))
    (object_,) = with_pages.discover()
    assert isinstance(object_, SourceObject)

    pages = with_pages.read(object_, None)
    next(pages)
    with psycopg.connect(database) as other:
        asked = other.execute(
            "select query from pg_stat_activity"
            " where application_name = 'concord' and state like '%transaction%'"
        ).fetchall()
    del pages  # nobody reads on
    with_pages.close()

    assert any(query.lower().startswith("fetch forward") for (query,) in asked), asked


def test_a_source_is_only_read(database: str) -> None:
    told(database, EVENTS)
    reader = connector_of(source_of(database, "events"))

    with reader._connection() as connection, pytest.raises(Exception, match="read-only transaction"):
        connection.exec_driver_sql("insert into events values (1)")
    reader.close()


class Killed(SqlConnector):
    """Loses its connection twice, in the midst of reading: the server ends it."""

    kills = 2

    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        for number, page in enumerate(super().read(object_, cursor)):
            yield page
            if number == 2 and self.kills:
                self.kills -= 1
                url = make_url(self._settings.url).set(drivername="postgresql")
                with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as server:
                    server.execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity"
                        " where application_name = 'concord' and pid <> pg_backend_pid()"
                    )


@pytest.mark.parametrize("tie", [True, False], ids=["one-moment", "rising"])
def test_a_connection_lost_while_reading_loses_and_doubles_nothing(
    tie: bool, database: str, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    moment = "'2024-05-01Z'" if tie else "'2024-05-01Z'::timestamptz + n * interval '1 hour'"
    told(database, EVENTS, f"insert into events select n, 'Ann', {moment} from generate_series(1, 9000) n")

    result = synced(
        warehouse, tmp_path, source_of(database, "events", page_rows=1000),
        opened=lambda source: connector_of(source, Killed),
    )  # fmt: skip

    assert (result.status, result.upserted, result.proven_share) == ("complete", 9000, 1.0)
    found: Any = warehouse.execute(
        "select count(*), count(distinct id), max(id) from raw_erp.events"
    ).fetchone()
    assert found == (9000, 9000, 9000)
    assert result.rows_read > 9000  # it was read again from where it stood


def test_a_server_that_is_down_is_a_fault_that_may_pass(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    source = source_of("postgresql://nobody@127.0.0.1:1/none?", "events")

    result = synced(warehouse, tmp_path, source)

    assert result.status == "failed"
    assert (result.error or "").startswith("transient: the database does not answer")
