"""Golden records as files: one row per golden record, for programs (Parquet) and people (JSON lines).

Both hold the same rows in the order of golden ids, so that the same run gives the same bytes: the
primary value of each main field as a column, every surviving value with its provenance in `values`,
and what disagrees in `conflicts`. They are written a slice of golden ids at a time, which bounds the
memory whatever the number of records.
"""

from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

PARQUET_NAME = "golden_records.parquet"
JSONL_NAME = "golden_records.jsonl"
SLICE_SIZE = 50_000  # golden records shaped at a time; about 300 MB

NAMES = ("full_name", "given_name", "middle_name", "family_name", "name_suffix", "organization_name")
CONTACTS = ("legal_form", "email", "phone", "web_domain", "address")
ADDRESS_PARTS = ("street", "house_number", "unit", "postcode", "city", "state", "country")
CIRCUMSTANCES = ("birth_date", "birth_place", "gender", "employer", "job_title")
MAIN_FIELDS = (*NAMES, *CONTACTS, *ADDRESS_PARTS, *CIRCUMSTANCES)
PRIMARY_VALUES = ", ".join(f"chosen['{field}'] as {field}" for field in MAIN_FIELDS)

GOLDENS = """
create or replace temp table golden_heads as
select
    m.golden_id, any_value(m.party_type) as party_type, count(*)::integer as size,
    list_sort(list(distinct p.source)) as sources
from membership as m inner join party_records as p using (record_id)
group by m.golden_id
order by m.golden_id
"""

BOUNDS = """
select golden_id from (select golden_id, row_number() over (order by golden_id) as number from golden_heads)
where (number - 1) % $slice_size = 0
order by golden_id
"""

SHAPED = f"""
with heads as (
    select * from golden_heads where golden_id >= $first and ($last is null or golden_id < $last)
), surviving as (
    select
        golden_id,
        map_from_entries(list({{'field': attribute, 'value': value}}) filter (is_current)) as chosen,
        list_sort(list({{
            'attribute': attribute, 'position': position, 'value': value, 'record_id': record_id,
            'source': source, 'observed_at': observed_at, 'rule': rule, 'confidence': round(confidence, 3)
        }})) as values
    from golden_values where golden_id >= $first and ($last is null or golden_id < $last)
    group by golden_id
), conflicting as (
    select
        golden_id,
        list_sort(list({{
            'attribute': attribute, 'value': value, 'record_id': record_id,
            'source': source, 'observed_at': observed_at, 'rule': rule, 'confidence': round(confidence, 3)
        }})) as conflicts
    from conflicts where golden_id >= $first and ($last is null or golden_id < $last)
    group by golden_id
)
select
    heads.*, {PRIMARY_VALUES},
    coalesce(surviving.values, []) as values, coalesce(conflicting.conflicts, []) as conflicts
from heads left join surviving using (golden_id) left join conflicting using (golden_id)
order by heads.golden_id
"""


def write_golden_records(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Write both files into a folder and return how many golden records they hold.

    Reads `golden_values`, `conflicts`, `membership` and `party_records`.
    """
    connection.execute(GOLDENS)
    starts = connection.execute(BOUNDS, {"slice_size": SLICE_SIZE}).fetchall()
    bounds = [start for (start,) in starts] or [""]
    parquet = folder / PARQUET_NAME
    with ExitStack() as stack:
        writer: pq.ParquetWriter | None = None
        for first, last in pairwise([*bounds, None]):
            rows = connection.execute(SHAPED, {"first": first, "last": last}).to_arrow_table()
            writer = writer or stack.enter_context(pq.ParquetWriter(parquet, rows.schema, compression="zstd"))
            writer.write_table(rows)
    connection.execute("drop table golden_heads")
    _copy_as_json(connection, parquet, folder / JSONL_NAME)
    return int(pq.read_metadata(parquet).num_rows)


def _copy_as_json(connection: duckdb.DuckDBPyConnection, parquet: Path, target: Path) -> None:
    """Write the rows of a Parquet file as JSON lines, in their order."""
    (keeps_order,) = connection.execute("select current_setting('preserve_insertion_order')").fetchall()[0]
    connection.execute("set preserve_insertion_order = true")
    connection.read_parquet(str(parquet)).to_view("golden_records_written")
    connection.execute("copy (from golden_records_written) to $path (format json)", {"path": str(target)})
    connection.execute("drop view golden_records_written")
    connection.execute("set preserve_insertion_order = $keeps_order", {"keeps_order": keeps_order})
