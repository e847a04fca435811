"""What a load brought, into the raw layer: rows, tombstones, quarantine, cursor and proof together.

One transaction per source. Killed anywhere, a load has either happened with its cursor or not at all.
"""

import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import duckdb

from pipelines.sync import completeness, deletes, quarantine, tables, upsert
from pipelines.sync.contract import SchemaEvent
from pipelines.sync.reading import Reading
from pipelines.sync.tables import Load

Status = Literal["complete", "partial", "failed"]


@dataclass(frozen=True, slots=True)
class ObjectResult:
    """What a load did to one object.

    `missed` counts rows of the source that no row here stands for; `drift` is what the source changed of its
    columns and nobody has answered yet.
    """

    source: str
    object_name: str
    status: Status
    rows_read: int = 0
    upserted: int = 0
    deleted: int = 0
    quarantined: int = 0
    proven_share: float | None = None
    deletes: str = ""
    error: str | None = None
    missed: int = 0
    seconds: float = 0.0
    drift: tuple[SchemaEvent, ...] = ()

    def after(self, earlier: "ObjectResult") -> "ObjectResult":
        """Return this result with what an earlier load of the same run did added to it."""
        return replace(
            self,
            rows_read=self.rows_read + earlier.rows_read,
            upserted=self.upserted + earlier.upserted,
            deleted=self.deleted + earlier.deleted,
            quarantined=self.quarantined + earlier.quarantined,
            seconds=self.seconds + earlier.seconds,
            drift=tuple(dict.fromkeys((*earlier.drift, *self.drift))),
        )


def settle(
    connection: duckdb.DuckDBPyConnection, load: Load, *, reading: Reading, landed: str | None, now: datetime
) -> ObjectResult:
    """Store what was read of one object and has `landed`, in the caller's transaction."""
    started = time.monotonic()
    contract = reading.contract
    name = contract.object_.name
    table = upsert.raw_table(load.source, name)
    upsert.make_room(connection, load.source, contract)
    moved, buried = upsert.Upserted(), 0
    bad = list(reading.bad)
    if landed is None:
        connection.execute(
            f"create or replace temp table {upsert.VERSIONS} as select null::varchar as _record_key"
        )
    else:
        moved = upsert.upsert(connection, contract, landed=landed, table=table, load_id=load.load_id, now=now)
        bad += quarantine.timeless_rows(connection, contract, landed=landed)
        quarantine.close_overtaken(connection, load, object_name=name, now=now)
    aside = quarantine.put_aside(connection, load, contract=contract, rows=bad, now=now)
    missed = 0
    if reading.keys is not None and reading.error is None:
        buried = deletes.bury_missing(
            connection, contract, keys=reading.keys, table=table, load_id=load.load_id, now=now,
        )  # fmt: skip
        missed = deletes.missed_keys(connection, contract, keys=reading.keys, table=table, source=load.source)
    proof = _prove(connection, load, reading=reading)
    if proof is not None:
        found = completeness.missed_rows(connection, load, object_name=name, proof=proof)
        missed = max(missed, found if reading.keys is None else proof.still_missing)
        completeness.write_proof(connection, load, object_=contract.object_, proof=proof, now=now)
    for event in reading.events:
        tables.write_event(connection, load, object_name=name, event=event, now=now)
    if reading.cursor is not None:
        tables.write_cursor(connection, load.source, object_name=name, cursor=reading.cursor, now=now)
    share = None if proof is None else proof.share
    result = ObjectResult(
        load.source, name, _status(reading), reading.rows, moved.rows - moved.tombstones,
        moved.tombstones + buried, aside, share, deletes.LABELS[contract.object_.deletes],
        None if reading.error is None else f"{reading.error.kind}: {reading.error}", missed,
        reading.seconds + time.monotonic() - started,
        tuple(e for e in reading.events if e.event != "lost" or e.column in contract.lost),
    )  # fmt: skip
    write_load(connection, load, result=result, pages=reading.pages, now=now)
    return result


def _prove(
    connection: duckdb.DuckDBPyConnection, load: Load, *, reading: Reading
) -> completeness.Proof | None:
    if reading.sample is None or reading.counted is None:
        return None
    return completeness.prove(
        connection, load.source, contract=reading.contract, counted=reading.counted, sample=reading.sample
    )


def _status(reading: Reading) -> Status:
    if reading.error is None:
        return "complete"
    return "partial" if reading.rows else "failed"


def write_load(
    connection: duckdb.DuckDBPyConnection, load: Load, *, result: ObjectResult, pages: int, now: datetime
) -> None:
    """Note what a load did to one object."""
    connection.execute(
        "insert into sync.loads values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [load.load_id, load.source, result.object_name, load.started_at, now, pages, result.rows_read,
         result.upserted, result.deleted, result.quarantined, result.status, result.error],
    )  # fmt: skip
