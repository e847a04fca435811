"""The outbox of the context store, tenant by tenant: visible versions only, marked in short transactions."""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, func, inspect, select
from sqlmodel import col

from context_api.store import outbox as stored
from context_api.store.engine import reading, writing
from context_api.store.outbox import OutboxEntry
from context_api.store.versions import Tenant
from pipelines.vectors.errors import NoStore
from pipelines.vectors.outbox import Outbox, OutboxRow
from pipelines.vectors.points import PointRef

MARKED_AT_ONCE = 1_000  # rows: some 10 ms of the store's writer


class StoreOutbox(Outbox):
    """The outbox of a context store on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        if not inspect(engine).has_table(str(OutboxEntry.__tablename__)):
            where = engine.url.render_as_string(hide_password=True)
            raise NoStore(f"there is no outbox in the store at {where}; publish once with `concord run`")
        self._engine = engine

    def count_pending(self) -> int:
        """Return how many rows of visible versions are not done."""
        with reading(self._engine) as connection:
            return int(
                connection.execute(select(func.count()).select_from(_pending().subquery())).scalar_one()
            )

    def newest_pending(self) -> str:
        """Return what is pending last, tenant by tenant, as one text; empty when nothing is.

        It differs when something else became pending since.
        """
        rows = _pending().subquery()
        last = select(rows.c.tenant_id, func.max(rows.c.sequence)).group_by(rows.c.tenant_id)
        with reading(self._engine) as connection:
            found = connection.execute(last.order_by(rows.c.tenant_id)).all()
        return " ".join(f"{tenant_id}:{sequence}" for tenant_id, sequence in found)

    def pending_refs(self) -> set[PointRef]:
        """Return the name of every point that a pending row is about."""
        rows = _pending().subquery()
        with reading(self._engine) as connection:
            found = connection.execute(select(rows.c.tenant_id, rows.c.kind, rows.c.key)).all()
        return {PointRef(row.tenant_id, row.kind, row.key) for row in found}

    def has_done(self) -> bool:
        """Return whether any row is done."""
        done = select(col(OutboxEntry.sequence)).where(col(OutboxEntry.done_at).is_not(None)).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(done).first() is not None

    def pending(self, *, limit: int) -> Sequence[OutboxRow]:
        """Return the first rows that are not done, in order of tenant and sequence."""
        rows: list[OutboxRow] = []
        with reading(self._engine) as connection:
            tenants = select(col(Tenant.tenant_id)).order_by(col(Tenant.tenant_id))
            for tenant_id in connection.execute(tenants).scalars().all():
                found = stored.pending(connection, tenant_id, limit=limit - len(rows))
                if found:
                    newest = _newest(connection, tenant_id)
                    rows += [_row(entry, newest) for entry in found]
                if len(rows) == limit:
                    break
        return rows

    def mark_done(self, rows: Sequence[OutboxRow], *, at: datetime) -> None:
        """Say that the index shows these rows; one transaction per `MARKED_AT_ONCE` of them."""
        for tenant_id, own in groupby(rows, key=lambda row: row.tenant_id):
            sequences = [row.sequence for row in own]
            for first in range(0, len(sequences), MARKED_AT_ONCE):
                with writing(self._engine) as connection:
                    marked = sequences[first : first + MARKED_AT_ONCE]
                    stored.mark_done(connection, tenant_id, marked, now=at)


def _pending() -> Any:
    return (
        select(OutboxEntry)
        .join(Tenant, col(Tenant.tenant_id) == col(OutboxEntry.tenant_id))
        .where(col(OutboxEntry.done_at).is_(None), col(OutboxEntry.version) <= col(Tenant.visible_sequence))
    )


def _newest(connection: Connection, tenant_id: str) -> set[int]:
    """Return the sequences of the last pending row of each key."""
    pending = _pending().where(col(OutboxEntry.tenant_id) == tenant_id).subquery()
    last = select(func.max(pending.c.sequence)).group_by(pending.c.kind, pending.c.key)
    return set(connection.execute(last).scalars())


def _row(entry: OutboxEntry, newest: set[int]) -> OutboxRow:
    return OutboxRow(
        tenant_id=entry.tenant_id,
        sequence=entry.sequence,
        kind=entry.kind,
        key=entry.key,
        text=entry.text if entry.text.strip() else None,
        payload=json.loads(entry.payload_json or "{}"),
        is_latest=entry.sequence in newest,
    )
