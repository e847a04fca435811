"""Deletions found by comparing keys: only from a complete list, only of rows not read since.

A changed-only read never infers a delete; where no list of keys can be had, rows stay as they are and the
object is labelled `not observable`.
"""

from datetime import datetime

import duckdb
import pyarrow as pa

from pipelines.connectors.port import Deletes
from pipelines.sync.contract import Contract
from pipelines.sync.upsert import VERSIONS, key_sql

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
