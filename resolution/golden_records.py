"""Golden records as files: one row per golden record, for programs (Parquet) and people (JSON lines).

Both hold the same rows in the order of golden ids, so that the same run gives the same bytes: the
primary value of each main field as a column, every surviving value with its provenance in `values`,
and what disagrees in `conflicts`. Values come sorted from the database, once, and are laid into lists a
slice of golden records at a time, which bounds the memory whatever the number of records. JSON is spelled
beside the writing of Parquet.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PARQUET_NAME = "golden_records.parquet"
JSONL_NAME = "golden_records.jsonl"
SLICE_SIZE = 25_000  # golden records shaped at a time; about 100 MB, and two slices are in work
BATCH_ROWS = 200_000  # values fetched at a time
BATCH_LINES = 10_000  # JSON lines fetched at a time

NAMES = ("full_name", "given_name", "middle_name", "family_name", "name_suffix", "organization_name")
CONTACTS = ("legal_form", "email", "phone", "web_domain", "address")
ADDRESS_PARTS = ("street", "house_number", "unit", "postcode", "city", "state", "country")
CIRCUMSTANCES = ("birth_date", "birth_place", "gender", "employer", "job_title")
MAIN_FIELDS = (*NAMES, *CONTACTS, *ADDRESS_PARTS, *CIRCUMSTANCES)
CONFLICT_FIELDS = ("attribute", "value", "record_id", "source", "observed_at", "rule", "confidence")
VALUE_FIELDS = ("attribute", "position", *CONFLICT_FIELDS[1:])

HEADS = """
create or replace temp table golden_heads as
with heads as (
    select
        m.golden_id, any_value(m.party_type) as party_type, count(*)::integer as size,
        list_sort(list(distinct p.source)) as sources
    from membership as m inner join party_records as p using (record_id)
    group by m.golden_id
)
select row_number() over (order by golden_id) - 1 as number, * from heads order by golden_id
"""

# What survived, in the order of the golden records and of their lists; a place is taken once.
SURVIVING = """
select number, g.* exclude (golden_id) replace (round(confidence, 3) as confidence)
from (
    select golden_id, attribute, position, value, record_id, source, observed_at, rule, confidence
    from golden_values
) as g inner join golden_heads using (golden_id)
order by number, attribute, position
"""

# What did not, in the same order.
CONFLICTING = """
select number, c.* exclude (golden_id) replace (round(confidence, 3) as confidence)
from (
    select golden_id, attribute, value, record_id, source, observed_at, rule, confidence from conflicts
) as c inner join golden_heads using (golden_id)
order by number, attribute, value, record_id, confidence
"""


def write_golden_records(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Write both files into a folder and return how many golden records they hold.

    Reads `golden_values`, `conflicts`, `membership` and `party_records`.
    """
    connection.execute(HEADS)
    heads = connection.execute("select * exclude (number) from golden_heads order by number").to_arrow_table()
    conflicts = connection.execute(CONFLICTING).to_arrow_table()
    surviving = connection.execute(SURVIVING).to_arrow_reader(BATCH_ROWS)
    schema = _shaped(heads.slice(0, 0), surviving.schema.empty_table(), conflicts.slice(0, 0), first=0).schema
    with (
        pq.ParquetWriter(folder / PARQUET_NAME, schema, compression="zstd") as parquet,
        (folder / JSONL_NAME).open("wb") as lines,
        duckdb.connect(config={"threads": 1}) as speller,  # more only wait for the one that reads Arrow
        ThreadPoolExecutor(max_workers=1) as beside,
    ):
        spelling: Future[None] | None = None
        for first, values in _slices(surviving, heads.num_rows):
            contested = _numbered(conflicts, first=first)
            shaped = _shaped(heads.slice(first, SLICE_SIZE), values, contested, first=first)
            if spelling is not None:
                spelling.result()
            spelling = beside.submit(_write_lines, speller, shaped, lines)
            parquet.write_table(shaped)
        if spelling is not None:
            spelling.result()
    connection.execute("drop table golden_heads")
    return int(heads.num_rows)


def _slices(surviving: pa.RecordBatchReader, goldens: int) -> Iterator[tuple[int, pa.Table]]:
    """Yield the number of the first golden record of each slice, and what survived of its golden records."""
    waiting = surviving.schema.empty_table()
    for first in range(0, goldens, SLICE_SIZE):
        batches = []
        last = first + SLICE_SIZE - 1
        while (waiting.num_rows == 0 or waiting["number"][-1].as_py() <= last) and (
            batch := next(surviving, None)
        ) is not None:
            batches.append(waiting)
            waiting = pa.Table.from_batches([batch])
        found = pa.concat_tables([*batches, waiting])
        end = int(np.searchsorted(found["number"].to_numpy(), last, side="right"))
        waiting = found.slice(end)
        yield first, found.slice(0, end).combine_chunks()


def _numbered(conflicts: pa.Table, *, first: int) -> pa.Table:
    """Return the conflicts of the slice of golden records that are numbered from `first` on."""
    start, end = np.searchsorted(conflicts["number"].to_numpy(), (first, first + SLICE_SIZE))
    return conflicts.slice(int(start), int(end - start)).combine_chunks()


def _shaped(heads: pa.Table, surviving: pa.Table, conflicts: pa.Table, *, first: int) -> pa.Table:
    """Return the rows of golden records that are numbered from `first` on."""
    table = heads
    for field, values in _main_values(surviving, goldens=heads.num_rows, first=first):
        table = table.append_column(field, values)
    stated = _lists(surviving, VALUE_FIELDS, goldens=heads.num_rows, first=first)
    contested = _lists(conflicts, CONFLICT_FIELDS, goldens=heads.num_rows, first=first)
    return table.append_column("values", stated).append_column("conflicts", contested)


def _main_values(surviving: pa.Table, *, goldens: int, first: int) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Yield each main field with its primary values, null where a golden record has none."""
    attribute = surviving["attribute"].combine_chunks().dictionary_encode()
    codes, known = attribute.indices.to_numpy(), attribute.dictionary.to_pylist()
    codes = np.where(surviving["position"].to_numpy() == 0, codes, -1)
    owner = surviving["number"].to_numpy() - first
    for field in MAIN_FIELDS:
        rows = np.flatnonzero(codes == known.index(field)) if field in known else np.empty(0, dtype=np.int64)
        places, is_missing = np.zeros(goldens, dtype=np.int64), np.ones(goldens, dtype=bool)
        places[owner[rows]], is_missing[owner[rows]] = rows, False
        yield field, surviving["value"].take(pa.array(places, mask=is_missing))


def _lists(stated: pa.Table, fields: Sequence[str], *, goldens: int, first: int) -> pa.ListArray:
    """Return for each golden record the list of its rows, in their order."""
    starts = np.searchsorted(stated["number"].to_numpy(), np.arange(first, first + goldens + 1))
    columns = [stated[field].combine_chunks() for field in fields]
    entries = pa.StructArray.from_arrays(columns, names=list(fields))
    return pa.ListArray.from_arrays(pa.array(starts, pa.int32()), entries)


def _write_lines(speller: duckdb.DuckDBPyConnection, shaped: pa.Table, lines: BinaryIO) -> None:
    for batch in _json_lines(speller, shaped):
        lines.write(batch)


def _json_lines(speller: duckdb.DuckDBPyConnection, shaped: pa.Table) -> Iterator[memoryview]:
    """Yield the bytes of the rows as JSON lines, many lines at a time."""
    speller.register("shaped", shaped)
    spelled = speller.execute("select to_json(shaped)::varchar || chr(10) as line from shaped")
    for batch in spelled.to_arrow_reader(BATCH_LINES):
        lines = batch.column(0)
        _, ends, text = lines.buffers()
        bounds = np.frombuffer(ends, dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1]
        yield memoryview(text)[bounds[0] : bounds[-1]]
    speller.unregister("shaped")
