"""Fitted batches into landing tables of the warehouse, by one dlt run per source.

Landing tables and dlt's working folder hold nothing that is needed after the run: both are emptied before
each one, so what a killed run left behind can neither block the next nor be loaded twice. What is visible
changes only later, in the transaction of `settling`.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import dlt
import duckdb
import pyarrow as pa

from pipelines.sync.upsert import quoted

DLT_FOLDER = "dlt"
LANDING_ROWS = 100_000  # rows that are handed on at once; dlt's cost is by batch, not by row


def landing_table(source: str, object_name: str) -> str:
    """Return the qualified name of the landing table of an object."""
    return f"{quoted('landing_' + source)}.{quoted(object_name)}"


def clear(connection: duckdb.DuckDBPyConnection, source: str, *, home: Path) -> None:
    """Drop what a run of this source left in the warehouse and on disk."""
    connection.execute(f"drop schema if exists {quoted('landing_' + source)} cascade")
    shutil.rmtree(home / DLT_FOLDER / source, ignore_errors=True)


def land(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    *,
    home: Path,
    batches: Mapping[str, Iterator[pa.RecordBatch]],
) -> None:
    """Write every object's batches into its landing table; an object without rows gets none."""
    clear(connection, source, home=home)
    dlt.config["runtime.dlthub_telemetry"] = False
    dlt.config["runtime.log_level"] = "ERROR"
    pipeline = dlt.pipeline(
        source,
        pipelines_dir=str(home / DLT_FOLDER),
        # `direct`: columns keep the names that the source gave them
        destination=dlt.destinations.duckdb(credentials=connection, naming_convention="direct"),
        dataset_name=f"landing_{source}",
    )
    resources = [
        dlt.resource(_tables(batches_), name=name, write_disposition="append", max_table_nesting=0)
        for name, batches_ in batches.items()
    ]
    pipeline.run(resources, loader_file_format="parquet")


def _tables(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    gathered: list[pa.RecordBatch] = []
    for batch in batches:
        if gathered and (
            sum(b.num_rows for b in gathered) >= LANDING_ROWS or batch.schema != gathered[0].schema
        ):
            yield pa.Table.from_batches(gathered)
            gathered = []
        gathered.append(batch)
    if gathered:
        yield pa.Table.from_batches(gathered)


def has_landed(connection: duckdb.DuckDBPyConnection, source: str, *, object_name: str) -> bool:
    """Return whether any row of the object has landed."""
    found = connection.execute(
        "select 1 from information_schema.tables where table_schema = ? and table_name = ?",
        [f"landing_{source}", object_name],
    ).fetchone()
    return found is not None
