"""The tables that sync keeps about itself, in the schema `sync` of the warehouse."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from pipelines.connectors.port import Cursor
from pipelines.sync.contract import SchemaEvent

# Grain: cursors, one row per object; loads and completeness, one per object and load; schema_events, one
# per change seen; quarantine, one per row and reason; unproven, one per row that the last sample showed and
# the warehouse did not hold, with how many samples in a row showed that. loads.status: complete,
# partial (what came before the fault is stored, the cursor stands there), failed (nothing came).
DDL = """
create schema if not exists sync;
create table if not exists sync.cursors (
    source varchar, object varchar, cursor_json varchar, updated_at timestamp, primary key (source, object)
);
create table if not exists sync.loads (
    load_id varchar, source varchar, object varchar, started_at timestamp, ended_at timestamp,
    pages bigint, rows_read bigint, rows_upserted bigint, rows_deleted bigint, rows_quarantined bigint,
    status varchar, error varchar
);
create table if not exists sync.completeness (
    load_id varchar, source varchar, object varchar, counted_source bigint, counted_warehouse bigint,
    sampled_keys bigint, matching_keys bigint, proven_share double, deletes varchar, checked_at timestamp
);
create table if not exists sync.unproven (
    source varchar, object varchar, record_key varchar, content_hash varchar, seen bigint
);
create table if not exists sync.schema_events (
    source varchar, object varchar, column_name varchar, event varchar, old_type varchar, new_type varchar,
    load_id varchar, seen_at timestamp
);
create table if not exists sync.quarantine (
    quarantine_id varchar primary key, source varchar, object varchar, record_key varchar, field varchar,
    reason varchar, row_json varchar, load_id varchar, quarantined_at timestamp, replayed_at timestamp
);
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What one load is: its id, its source, and when it began (UTC, no zone, as DuckDB keeps it)."""

    load_id: str
    source: str
    started_at: datetime


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that are not there yet."""
    connection.execute(DDL)


def read_cursor(connection: duckdb.DuckDBPyConnection, source: str, *, object_name: str) -> Cursor | None:
    """Return the cursor up to which everything is stored."""
    found = connection.execute(
        "select cursor_json from sync.cursors where source = ? and object = ?", [source, object_name]
    ).fetchone()
    cursor: dict[str, Any] | None = None if found is None else json.loads(found[0])
    return cursor


def write_cursor(
    connection: duckdb.DuckDBPyConnection, source: str, *, object_name: str, cursor: Cursor, now: datetime
) -> None:
    """Move the cursor; in the transaction that stores what lies before it."""
    connection.execute(
        "insert or replace into sync.cursors values (?, ?, ?, ?)",
        [source, object_name, json.dumps(cursor, sort_keys=True), now],
    )


def forget_cursor(connection: duckdb.DuckDBPyConnection, source: str, *, object_name: str) -> None:
    """Let the next reading of an object be of everything, whatever becomes of this one."""
    connection.execute("delete from sync.cursors where source = ? and object = ?", [source, object_name])


def write_event(
    connection: duckdb.DuckDBPyConnection, load: Load, *, object_name: str, event: SchemaEvent, now: datetime
) -> None:
    """Note a change of schema, unless it is the last thing that was noted about the column."""
    last = connection.execute(
        """
        select event, old_type, new_type from sync.schema_events
        where source = ? and object = ? and column_name = ? order by seen_at desc, rowid desc limit 1
        """,
        [load.source, object_name, event.column],
    ).fetchone()
    if last != (event.event, event.old_type, event.new_type):
        connection.execute(
            "insert into sync.schema_events values (?, ?, ?, ?, ?, ?, ?, ?)",
            [load.source, object_name, event.column, event.event, event.old_type, event.new_type,
             load.load_id, now],
        )  # fmt: skip
