"""What the catalogue says of a table that an asset wrote: its rows and its columns, read from the table."""

import time
from collections.abc import Mapping
from typing import Any

import dagster as dg
import duckdb

from pipelines.assets.column_words import words_of

_COLUMNS = """
select column_name, data_type, comment, not is_nullable from duckdb_columns()
where database_name = current_database() and schema_name = $1 and table_name = $2 order by column_index
"""


def table_metadata(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    *,
    descriptions: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return row count and column schema of `schema.table`, under the names of Dagster's catalogue."""
    schema, name = table.split(".")
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in (schema, name))
    (rows,) = connection.execute(f"select count(*) from {quoted}").fetchone() or (0,)
    told = descriptions or {}
    columns = [
        dg.TableColumn(
            name=column,
            type=kind,
            description=told.get(column) or comment or words_of(name, column),
            constraints=dg.TableColumnConstraints(nullable=not is_required),
        )
        for column, kind, comment, is_required in connection.execute(_COLUMNS, [schema, name]).fetchall()
    ]
    return {
        "dagster/row_count": int(rows),
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "dagster/table_name": table,
    }


def seconds_since(begun: float) -> dict[str, float]:
    """Return the seconds since a moment of `time.perf_counter`, as the catalogue plots them run by run."""
    return {"seconds": round(time.perf_counter() - begun, 3)}
