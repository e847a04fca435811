"""Deletions found by comparing keys, and those told by rows that cannot be taken in.

Keys are compared only where their list is complete, and only of rows not read since.

A changed-only read never infers a delete; where no list of keys can be had, rows stay as they are and the
object is labelled `not observable`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import duckdb
import pyarrow as pa

from pipelines.connectors.port import BadRow, Deletes
from pipelines.sync.contract import SEQUENCE, Contract
from pipelines.sync.fitting import fit
from pipelines.sync.upsert import VERSIONS, key_sql, versions

LABELS = {
    Deletes.OBSERVED: "observed",
    Deletes.RECONCILE: "reconciled",
    Deletes.NONE: "not observable",
}


def bury_missing(
    connection: duckdb.DuckDBPyConnection, contract: Contract, *, keys: pa.Table, table: str,
    load_id: str, now: datetime,
) -> int:  # fmt: skip
    """Turn live rows that the source no longer has into tombstones, and return how many.

    They keep content and source time: a row that comes back, even unchanged, is at least as new.
    """
    connection.register("_source_keys", keys)
    buried = connection.execute(
        f"""
        update {table} set _is_deleted = true, _load_id = ?, _synced_at = ?
        where not _is_deleted
            and _record_key not in (select {key_sql(contract.keys)} from _source_keys)
            and _record_key not in (select _record_key from {VERSIONS} where _record_key is not null)
        """,
        [load_id, now],
    ).fetchone()
    connection.unregister("_source_keys")
    return 0 if buried is None else int(buried[0])


def bury_misfits(
    connection: duckdb.DuckDBPyConnection, contract: Contract, *, rows: Sequence[BadRow], table: str,
    load_id: str, now: datetime,
) -> int:  # fmt: skip
    """Bury live rows whose newest version does not fit but says that it is deleted, and return how many.

    Of such a version no more is taken in than key, time and deletion; the rest of it waits in quarantine.
    """
    object_ = contract.object_
    needed = {*object_.keys, object_.soft_delete_field, object_.cursor_field}
    fields = tuple(field for field in contract.fields if field.name in needed)
    if object_.soft_delete_field is None or not rows:
        return 0
    told = Contract(replace(object_, fields=fields), fields)
    batch = fit(told, [{f.name: bad.row[f.name] for f in fields if f.name in bad.row} for bad in rows]).batch
    numbered = batch.append_column(SEQUENCE, pa.array(range(batch.num_rows), pa.int64()))
    connection.register("_misfits", pa.Table.from_batches([numbered]))
    buried = connection.execute(
        f"""
        update {table} as r
        set _is_deleted = true, _source_time = coalesce(v._source_time, r._source_time), _load_id = ?,
            _synced_at = ?
        from (
            from ({versions(told, "_misfits")}) qualify row_number() over (
                partition by _record_key order by _source_time desc nulls first, {SEQUENCE} desc
            ) = 1
        ) as v
        where r._record_key = v._record_key and v._is_deleted and not r._is_deleted
            and coalesce(v._source_time >= r._source_time, true)
        """,
        [load_id, now],
    ).fetchone()
    connection.unregister("_misfits")
    return 0 if buried is None else int(buried[0])


def missed_keys(
    connection: duckdb.DuckDBPyConnection, contract: Contract, *, keys: pa.Table, table: str, source: str
) -> int:
    """Return how many of the source's keys have no row, live or waiting in quarantine."""
    is_live = "true" if contract.object_.soft_delete_field is not None else "not _is_deleted"
    connection.register("_source_keys", keys)
    found = connection.execute(
        f"""
        select count(*) from (select {key_sql(contract.keys)} as _record_key from _source_keys)
        where _record_key not in (select _record_key from {table} where {is_live})
            and _record_key not in (
                select record_key from sync.quarantine
                where source = ? and object = ? and replayed_at is null and record_key is not null
            )
        """,
        [source, contract.object_.name],
    ).fetchone()
    connection.unregister("_source_keys")
    return 0 if found is None else int(found[0])
