"""The database of a run, `state.duckdb`: what updates, explanations and the report need."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from resolution.decisions import Decision
from resolution.domain.errors import DecisionConflict
from resolution.standardise.forms import DateReading

MEMORY_LIMIT = "2500MB"  # for DuckDB; past it, it spills to disk beside the database
STORAGE = "v1.5.0"  # format of the file; to write it costs a third less than DuckDB's default, its oldest one
ROW_GROUP = 30_720  # rows that one thread works on at a time; DuckDB's own size keeps one busy up to 122,880
NEVER = "1TB"  # of changes, after which DuckDB would write them
KEPT = (
    "party_records",
    "claims",
    "contents",
    "quarantine",
    "links",
    "decisions",
    "membership",
    "ledger",
    "redirects",
    "first_seen",
    "golden_values",
    "conflicts",
    "clustered_pairs",
    "match_person",
    "match_organization",
)
SHOWN_CONFLICTS = 5
LEDGER = ("membership", "ledger", "redirects", "first_seen")


@contextmanager
def open_work(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to a new or existing database, with bounded memory.

    The file is sound only after the block: nothing is logged for recovery, since a killed command's draft
    is thrown away.
    """
    with open_memory(path) as connection, attached(connection, path):
        yield connection


@contextmanager
def open_memory(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with bounded memory that spills to disk beside the database at `path`."""
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": f"{path}.tmp"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        yield connection


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, path: Path, *, is_update: bool = False) -> Iterator[None]:
    """Have tables found and made in the database at `path`; those in memory are found too.

    As with `open_work`, the file is sound only after the block. The small changes of an update are written
    at its end, all at once: each checkpoint of a large file costs a second.
    """
    connection.execute(
        f"ATTACH '{_quoted(path)}' AS work"
        f" (RECOVERY_MODE no_wal_writes, ROW_GROUP_SIZE {ROW_GROUP}, STORAGE_VERSION '{STORAGE}')"
    )
    if is_update:
        connection.execute(f"SET checkpoint_threshold = '{NEVER}'")
    connection.execute("SET search_path = 'work,memory'")
    yield
    if is_update:
        connection.execute(
            "SET threads = 1"
        )  # two would take three times as long, each waiting for the other
    connection.execute("USE memory")
    connection.execute("DETACH work")


def tables_of(connection: duckdb.DuckDBPyConnection, *, database: str | None = None) -> set[str]:
    """Return the names of the tables of the current schema, or of another database."""
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND CASE WHEN $name IS NULL"
        " THEN database_name = current_database() AND schema_name = current_schema()"
        " ELSE database_name = $name END",
        {"name": database},
    ).fetchall()
    return {name for (name,) in rows}


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the number of rows of a table or of a query in parentheses."""
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def prune(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the tables that no later step, update or question reads; their room in the file is used again."""
    for table in sorted(tables_of(connection) - set(KEPT)):
        connection.execute(f'DROP TABLE "{table}"')
    passing = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE temporary ORDER BY 1"
    ).fetchall()
    for (table,) in passing:
        connection.execute(f'DROP TABLE temp."{table}"')
    connection.execute("CHECKPOINT")


def carry_over_ledger(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Take over membership, ledger, redirects and first-seen times of an earlier run."""
    connection.execute(f"ATTACH '{_quoted(path)}' AS earlier (READ_ONLY)")
    for table in LEDGER:
        if table in tables_of(connection, database="earlier"):
            connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM earlier.{table}")
    connection.execute("DETACH earlier")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def write_decisions(connection: duckdb.DuckDBPyConnection, decisions: Iterable[Decision]) -> None:
    """Create table `decisions` (record_id_l, record_id_r, decision)."""
    said = {(d.left, d.right): "match" if d.is_match else "no_match" for d in decisions}
    rows = [(left, right, verdict) for (left, right), verdict in sorted(said.items())]
    names = ("record_id_l", "record_id_r", "decision")
    table = pa.table({n: pa.array([row[i] for row in rows], pa.string()) for i, n in enumerate(names)})
    connection.register("given_decisions", table)
    connection.execute("CREATE OR REPLACE TABLE decisions AS SELECT * FROM given_decisions")
    connection.unregister("given_decisions")


def read_decisions(connection: duckdb.DuckDBPyConnection) -> list[Decision]:
    """Return the decisions that table `decisions` holds."""
    rows = connection.execute("SELECT * FROM decisions ORDER BY ALL").fetchall()
    return [Decision(left, right, verdict == "match") for left, right, verdict in rows]


def check_decisions(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return how many decisions there are, and how many of them name a record that is not there.

    Raises:
        DecisionConflict: A match ties a person to an organisation.
    """
    if not count(connection, "decisions"):
        return {"given": 0, "about_absent_records": 0}
    mixed = connection.execute(
        "SELECT record_id_l, record_id_r FROM decisions"
        " JOIN party_records a ON a.record_id = record_id_l JOIN party_records b ON b.record_id = record_id_r"
        " WHERE decision = 'match' AND a.party_type <> b.party_type ORDER BY ALL"
    ).fetchall()
    if mixed:
        pairs = "; ".join(f"{left} = {right}" for left, right in mixed[:SHOWN_CONFLICTS])
        raise DecisionConflict(
            f"{len(mixed)} decisions say that a person is an organisation: {pairs}; take them back, or"
            " correct the party types in the mapping"
        )
    known = "(SELECT record_id FROM party_records)"
    row = connection.execute(
        f"SELECT count(*), count(*) FILTER (record_id_l NOT IN {known} OR record_id_r NOT IN {known})"
        " FROM decisions"
    ).fetchone() or (0, 0)
    return {"given": row[0], "about_absent_records": row[1]}


def readings_json(readings: Iterable[DateReading]) -> tuple[dict[str, Any], ...]:
    """Return how dates were read, as plain values for JSON, whatever the order of the sources."""
    ordered = sorted(readings, key=lambda reading: (reading.source, reading.slot))
    return tuple(asdict(reading) | {"suspects": list(reading.suspects)} for reading in ordered)


def readings_from_json(documents: Iterable[Mapping[str, Any]]) -> tuple[DateReading, ...]:
    """Return how dates were read in the run that wrote the JSON."""
    return tuple(DateReading(**{**d, "suspects": tuple(d["suspects"])}) for d in documents)
