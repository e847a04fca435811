"""Fitted batches into landing files, by one dlt run per source.

Landing files and dlt's working folder hold nothing that is needed after the run: both are emptied before
each one, so what a killed run left behind can neither block the next nor be loaded twice. What is visible
changes only later, in the transaction of `settling`, which reads the files where they lie: a landing table
inside the warehouse would cost as much as the upsert itself, and leave a hole in the file.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import dlt
import pyarrow as pa
import pyarrow.parquet as pq
from dlt.extract import with_file_import
from dlt.extract.items import DataItemWithMeta
from dlt.pipeline.exceptions import PipelineStepFailed

DLT_FOLDER = "dlt"
LANDED = "landed"
WRITTEN = "written"
LANDING_ROWS = 100_000  # in a row group: what DuckDB reads at once, and what is held in memory


def clear(home: Path, source: str) -> None:
    """Remove what a run of this source left on disk."""
    shutil.rmtree(home / DLT_FOLDER / source, ignore_errors=True)


def land(home: Path, source: str, *, batches: Mapping[str, Iterator[pa.RecordBatch]]) -> None:
    """Write every object's batches into its landing files; an object without rows gets none."""
    clear(home, source)
    folder = (home / DLT_FOLDER / source).resolve()
    dlt.config["runtime.dlthub_telemetry"] = False
    dlt.config["runtime.log_level"] = "ERROR"
    pipeline = dlt.pipeline(
        source,
        pipelines_dir=str(folder / "work"),
        # `direct`: columns keep the names that the source gave them
        destination=dlt.destinations.filesystem(
            bucket_url=str(folder), naming_convention="direct", warn_unsafe_layout_separators=False
        ),
        dataset_name=LANDED,
    )
    resources = [
        dlt.resource(_files(arriving, folder / WRITTEN / name), name=name, write_disposition="append")
        for name, arriving in batches.items()
    ]
    try:
        pipeline.run(resources, loader_file_format="parquet")
    except PipelineStepFailed as error:
        raise _cause(error) from error


def _cause(error: BaseException) -> BaseException:
    """Return what began a chain of errors: dlt wraps a full disk and a defect of ours alike."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def landed_files(home: Path, source: str, *, object_name: str) -> str | None:
    """Return the relation of what has landed of an object, for the from clause; None when nothing has."""
    folder = (home / DLT_FOLDER / source / LANDED / object_name).resolve()
    files = sorted(str(path) for path in folder.glob("*.parquet"))
    if not files:
        return None
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    # A column that came in half-way is empty in the files before it.
    return f"read_parquet([{listed}], union_by_name = true)"


def _files(batches: Iterator[pa.RecordBatch], folder: Path) -> Iterator[DataItemWithMeta]:
    """Write batches into a file for each schema that comes, and hand dlt the files as they are.

    What dlt writes has dictionaries and statistics for every column, which cost more than the rest of it; lz4
    costs no more than the bytes that it saves.
    """
    folder.mkdir(parents=True)
    for number, (schema, arriving) in enumerate(groupby(batches, key=lambda batch: batch.schema)):
        file = folder / f"{number}.parquet"
        with pq.ParquetWriter(
            file, schema, compression="lz4", use_dictionary=False, write_statistics=False
        ) as writer:
            rows = sum(_write(writer, gathered) for gathered in _gathered(arriving))
        yield with_file_import(str(file), "parquet", rows, hints=schema.empty_table())


def _write(writer: pq.ParquetWriter, batches: Sequence[pa.RecordBatch]) -> int:
    table = pa.Table.from_batches(batches)
    writer.write_table(table)
    rows: int = table.num_rows
    return rows


def _gathered(batches: Iterator[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    gathered: list[pa.RecordBatch] = []
    for batch in batches:
        gathered.append(batch)
        if sum(b.num_rows for b in gathered) >= LANDING_ROWS:
            yield gathered
            gathered = []
    if gathered:
        yield gathered
