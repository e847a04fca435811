"""Table `quarantine`: the rows that cannot be used, each with file, line, field, reason and content."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

DDL = """
create or replace table quarantine (
    file varchar, line bigint, field varchar, reason varchar, row_json varchar
)
"""


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row that cannot be used; `field` is the column at fault, None when it is the whole row."""

    file: str
    line: int
    field: str | None
    reason: str
    row_json: str


def create_quarantine(connection: duckdb.DuckDBPyConnection) -> None:
    """Make an empty table `quarantine`."""
    connection.execute(DDL)


def add_to_quarantine(connection: duckdb.DuckDBPyConnection, rows: Sequence[QuarantinedRow]) -> None:
    """Append rows to table `quarantine`."""
    if not rows:
        return
    text = pa.large_string()
    batch = {
        "file": pa.array([row.file for row in rows], text),
        "line": pa.array([row.line for row in rows], pa.int64()),
        "field": pa.array([row.field for row in rows], text),
        "reason": pa.array([row.reason for row in rows], text),
        "row_json": pa.array([row.row_json for row in rows], text),
    }
    connection.register("_quarantined", pa.table(batch))
    connection.execute("insert into quarantine by name select * from _quarantined")
    connection.unregister("_quarantined")


def row_as_json(row: Mapping[str, object]) -> str:
    """Return a row as JSON text; bytes that are no text are shown as escapes."""
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
