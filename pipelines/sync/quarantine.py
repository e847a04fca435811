"""Rows that could not be taken in: kept whole with their reason, shown, and tried again on request.

A row's id is the hash of what it is and why it is here, so reading it twice keeps it once.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.connectors.port import BadRow, Row
from pipelines.errors import UnknownName
from pipelines.sync.contract import SEQUENCE, Contract
from pipelines.sync.fitting import key_of
from pipelines.sync.tables import Load
from pipelines.sync.upsert import TIMELESS, VERSIONS, quoted

COLUMNS = ("quarantine_id", "source", "object", "record_key", "field", "reason", "row_json", "quarantined_at")
ID_LENGTH = 12  # hex digits: 48 bits, enough for millions of rows


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """One row that waits: where it came from, why it waits, and all that it held."""

    quarantine_id: str
    source: str
    object_name: str
    record_key: str | None
    field: str | None
    reason: str
    row_json: str
    quarantined_at: datetime

    def row(self) -> Row:
        """Return the row as the source gave it."""
        held: dict[str, Any] = json.loads(self.row_json)
        return held


def put_aside(
    connection: duckdb.DuckDBPyConnection, load: Load, *, contract: Contract, rows: Sequence[BadRow],
    now: datetime,
) -> int:  # fmt: skip
    """Write rows into quarantine and return how many were not there yet; in the caller's transaction."""
    if not rows:
        return 0
    name = contract.object_.name
    entries = [_entry(load.source, name, bad=bad, key=key_of(contract.keys, bad.row)) for bad in rows]
    table = pa.Table.from_pylist(entries, schema=pa.schema([(c, pa.string()) for c in entries[0]]))
    connection.register("_quarantined", table)
    added = connection.execute(
        """
        insert into sync.quarantine
        select quarantine_id, source, object, record_key, field, reason, row_json, ?, ?, null
        from _quarantined on conflict do update set replayed_at = null where replayed_at is not null
        """,
        [load.load_id, now],
    ).fetchone()
    connection.unregister("_quarantined")
    return 0 if added is None else int(added[0])


def _entry(source: str, name: str, *, bad: BadRow, key: str | None) -> dict[str, str | None]:
    row_json = _as_json(bad.row)
    identity = json.dumps([source, name, bad.field, bad.reason, row_json]).encode()
    return {
        "quarantine_id": hashlib.sha256(identity).hexdigest()[:ID_LENGTH], "source": source, "object": name,
        "record_key": key, "field": bad.field, "reason": _shown(bad.reason), "row_json": row_json,
    }  # fmt: skip


def _as_json(row: Row) -> str:
    return json.dumps(dict(row), sort_keys=True, default=_plain)  # ascii: lone surrogates stay readable


def _plain(value: Any) -> str:
    return value.decode(errors="surrogateescape") if isinstance(value, bytes) else str(value)


def _shown(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


def timeless_rows(connection: duckdb.DuckDBPyConnection, contract: Contract, *, landed: str) -> list[BadRow]:
    """Return landed rows whose cursor field states no time: nothing could tell which version is newer.

    Of the last upsert, which found them.
    """
    field = contract.object_.cursor_field
    names = [f.name for f in contract.fields]
    query = f"select {', '.join(map(quoted, names))} from {landed} where {SEQUENCE} in (from {TIMELESS})"
    found = connection.execute(query).fetchall()
    rows = [dict(zip(names, values, strict=True)) for values in found]
    return [BadRow(row, f"{field}: a time expected, {row[str(field)]!r} found", field) for row in rows]


def close_overtaken(
    connection: duckdb.DuckDBPyConnection, load: Load, *, object_name: str, now: datetime
) -> None:
    """Close entries of earlier loads whose record has come in whole since."""
    connection.execute(
        f"""
        update sync.quarantine set replayed_at = ?
        where source = ? and object = ? and replayed_at is null and load_id <> ?
            and record_key in (select _record_key from {VERSIONS})
        """,
        [now, load.source, object_name, load.load_id],
    )


def waiting(connection: duckdb.DuckDBPyConnection, ids: Sequence[str] = ()) -> list[QuarantinedRow]:
    """Return the rows that wait, oldest first; those named, or all.

    Raises:
        UnknownName: an id that no waiting row has.
    """
    query = f"select {', '.join(COLUMNS)} from sync.quarantine where replayed_at is null"
    found = [
        QuarantinedRow(*row) for row in connection.execute(query + " order by quarantined_at, 1").fetchall()
    ]
    unknown = sorted(set(ids) - {row.quarantine_id for row in found})
    if unknown:
        raise UnknownName(
            f"no row waits under {', '.join(unknown)}; `concord quarantine list` names them all"
        )
    return [row for row in found if not ids or row.quarantine_id in ids]


def mark_replayed(connection: duckdb.DuckDBPyConnection, ids: Sequence[str], now: datetime) -> None:
    """Close entries whose row has been taken in."""
    connection.executemany(
        "update sync.quarantine set replayed_at = ? where quarantine_id = ?", [[now, id_] for id_ in ids]
    )
