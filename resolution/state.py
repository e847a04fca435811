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
from resolution.matching.calibration import OVERSTATED, interval
from resolution.matching.model import ResolutionModel
from resolution.standardise.forms import DateReading

MEMORY_LIMIT = "2500MB"  # for DuckDB; past it, it spills to disk beside the database
STORAGE = "v1.5.0"  # format of the file; to write it costs a third less than DuckDB's default, its oldest one
ROW_GROUP = 30_720  # rows that one thread works on at a time; DuckDB's own size keeps one busy up to 122,880
KEPT = (
    "party_records",
    "claims",
    "quarantine",
    "links",
    "decisions",
    "membership",
    "ledger",
    "redirects",
    "first_seen",
    "golden_values",
    "conflicts",
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
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": f"{path}.tmp"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"ATTACH '{_quoted(path)}' AS work"
            f" (RECOVERY_MODE no_wal_writes, ROW_GROUP_SIZE {ROW_GROUP}, STORAGE_VERSION '{STORAGE}')"
        )
        connection.execute("USE work")
        yield connection
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
    """Return how dates were read, as plain values for JSON."""
    return tuple(asdict(reading) | {"suspects": list(reading.suspects)} for reading in readings)


def readings_from_json(documents: Iterable[Mapping[str, Any]]) -> tuple[DateReading, ...]:
    """Return how dates were read in the run that wrote the JSON."""
    return tuple(DateReading(**{**d, "suspects": tuple(d["suspects"])}) for d in documents)


def expected_by_type(connection: duckdb.DuckDBPyConnection, model: ResolutionModel) -> dict[str, Any]:
    """Return the expected precision and recall of the clusters of each party type, None where not told."""
    expected: dict[str, Any] = {}
    clustered = clustered_pairs(connection)
    for name, party in model.parties.items():
        if party.status == "rules_only" or party.expected_precision is None or party.expected_recall is None:
            expected[name] = None
            continue
        pairs, right = clustered.get(name, (0.0, 0.0))
        if pairs == 0:
            expected[name] = None
            continue
        expected[name] = {
            "precision": asdict(interval((1 - OVERSTATED[name]) * right / pairs, pairs=pairs)),
            "recall": asdict(party.expected_recall),
            "pairs": pairs,
        }
    return expected


def clustered_pairs(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[float, float]]:
    """Return by party type how many pairs of records share a cluster, and how many we expect to be right.

    A pair that was never scored is as likely as the pairs of its cluster that were. Sums are of decimals:
    those of doubles would depend on the order in which threads add.
    """
    rows = connection.execute(
        """
        WITH sizes AS (
            SELECT party_type, golden_id, count(*) AS n FROM membership GROUP BY ALL HAVING count(*) > 1
        ), members AS (
            SELECT record_id, golden_id FROM membership SEMI JOIN sizes USING (golden_id)
        ), scored AS (
            SELECT a.golden_id, count(*) AS n,
                sum(if(method = 'steward', 1, match_probability)::DECIMAL(18, 9)) AS total
            FROM links
            JOIN members a ON a.record_id = record_id_l JOIN members b ON b.record_id = record_id_r
            WHERE a.golden_id = b.golden_id GROUP BY a.golden_id
        ), expected AS (
            SELECT party_type, sizes.n * (sizes.n - 1) // 2 AS pairs, coalesce(total / scored.n, 0.5) AS share
            FROM sizes LEFT JOIN scored USING (golden_id)
        )
        SELECT party_type, sum(pairs), sum((pairs * share)::DECIMAL(38, 9)) FROM expected GROUP BY party_type
        """
    ).fetchall()
    return {party_type: (float(pairs), float(right)) for party_type, pairs, right in rows}


def expected_of_run(by_type: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the expected precision and recall over all party types, weighted by pairs; None if untold."""
    told = [e for e in by_type.values() if e]
    if not told:
        return None
    pairs = sum(e["pairs"] for e in told)
    return {
        name: {
            bound: sum(e[name][bound] * e["pairs"] for e in told) / pairs
            for bound in ("value", "low", "high")
        }
        for name in ("precision", "recall")
    }
