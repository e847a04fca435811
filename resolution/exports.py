"""The files of a run, written from its database; names and columns as in the README."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from resolution.cluster_evidence import stated_links_sql, terms_of
from resolution.files.quarantine import row_as_json
from resolution.golden_records import write_golden_records

_CLUSTERS = """
SELECT p.source, p.source_id, m.golden_id AS cluster_id
FROM membership m JOIN party_records p USING (record_id) ORDER BY ALL
"""
LEAST_STATED = 0.01  # probability, of the pair alone or with what clustering says
LEAST_STATED_WEIGHT = math.log2(LEAST_STATED / (1 - LEAST_STATED))
_LINKS = f"""
FROM stated_links
WHERE match_probability >= {LEAST_STATED} OR match_weight - weight_cluster >= {LEAST_STATED_WEIGHT}
    OR band = 'match' OR veto IS NOT NULL
ORDER BY record_id_l, record_id_r -- a pair stands there once
"""

# First what would change most: how many pairs of records a verdict would join or part, times how
# unsure we are about it.
_REVIEW = """
WITH sizes AS (SELECT golden_id, count(*) AS size FROM membership GROUP BY golden_id),
members AS (SELECT record_id, golden_id, size FROM membership JOIN sizes USING (golden_id))
SELECT l.*, a.golden_id AS golden_id_l, b.golden_id AS golden_id_r, a.golden_id = b.golden_id AS is_together,
    (CASE WHEN a.golden_id = b.golden_id THEN a.size - 1 ELSE a.size * b.size END)
        * least(match_probability, 1 - match_probability) AS impact
FROM stated_links l
JOIN members a ON a.record_id = record_id_l JOIN members b ON b.record_id = record_id_r
WHERE l.veto IS NULL AND l.method <> 'steward'
    AND (l.band = 'review' OR (l.band = 'match' AND a.golden_id <> b.golden_id))
ORDER BY impact DESC, record_id_l, record_id_r
"""
_QUARANTINE = (
    "SELECT file, line, field, reason, row_json AS row FROM quarantine ORDER BY file, line, field, reason"
)


def copy_to(connection: duckdb.DuckDBPyConnection, query: str, target: Path, *, options: str) -> int:
    """Write the rows of a query to a file; return how many there are."""
    written = connection.execute(
        f"COPY ({query}) TO '{str(target).replace(chr(39), chr(39) * 2)}' ({options})"
    )
    row = written.fetchone()
    return int(row[0]) if row else 0


def write_clusters(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write clusters.parquet and clusters.csv: source, source_id, cluster_id (the golden id)."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE exported_clusters AS {_CLUSTERS}")
    query = "FROM exported_clusters ORDER BY ALL"  # sorted already, so that this costs little
    copy_to(connection, query, folder / "clusters.parquet", options="FORMAT parquet, COMPRESSION zstd")
    copy_to(connection, query, folder / "clusters.csv", options="FORMAT csv, HEADER true")
    connection.execute("DROP TABLE exported_clusters")


def write_links(connection: duckdb.DuckDBPyConnection, folder: Path, *, model: Mapping[str, Any]) -> int:
    """Write links.parquet and review.parquet; return how many pairs are for review.

    They state weight and probability with what clustering says (`weight_cluster`), as far as `model`, in its
    JSON form, knows what that is worth.
    """
    stated = stated_links_sql(terms_of(model))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE stated_links AS {stated}")
    copy_to(connection, _LINKS, folder / "links.parquet", options="FORMAT parquet, COMPRESSION zstd")
    written = copy_to(
        connection, _REVIEW, folder / "review.parquet", options="FORMAT parquet, COMPRESSION zstd"
    )
    connection.execute("DROP TABLE stated_links")
    return written


def write_quarantine(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Write quarantine.jsonl, one row a line with its reason; return how many there are."""
    rows = connection.execute(_QUARANTINE).fetchall()
    with (folder / "quarantine.jsonl").open("w", encoding="utf-8", newline="\n") as out:
        for file, line, field, reason, row in rows:
            kept = {"file": file, "line": line, "field": field, "reason": reason, "row": _parsed(row)}
            out.write(row_as_json(kept) + "\n")  # half of a surrogate pair stays an escape
    return len(rows)


def _parsed(row: str | None) -> object:
    try:
        return json.loads(row) if row else None
    except ValueError:
        return row


def write_all(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, model: Mapping[str, Any]
) -> dict[str, int]:
    """Write every table of the run; return the counts for run.json."""
    write_clusters(connection, folder)
    review = write_links(connection, folder, model=model)
    golden = write_golden_records(connection, folder)
    return {"golden_records": golden, "review": review, "quarantine": write_quarantine(connection, folder)}
