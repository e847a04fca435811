"""The outbox: what changed in a version and must still reach the vectors.

A row counts once its version is visible: `pending` asks for no others, so that nothing of a publish that
fails is ever embedded.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Connection, Index, text, update
from sqlmodel import Field, SQLModel, col, select

from context_api.store.versions import Tenant

NOT_DONE = text("done_at is null")


class OutboxEntry(SQLModel, table=True):
    """One row per changed activity (key: activity id) or party record (`customer`; key: record id).

    `text` is what is embedded; empty where the thing is gone and its vector must go too.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_pending", "tenant_id", "sequence", sqlite_where=NOT_DONE, postgresql_where=NOT_DONE),
        Index("ix_outbox_version", "tenant_id", "version"),
    )
    tenant_id: str = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str
    key: str
    version: int = Field(sa_type=BigInteger)
    text: str
    payload_json: str
    done_at: datetime | None = None


def pending(connection: Connection, tenant_id: str, *, limit: int = 500) -> Sequence[OutboxEntry]:
    """Return the oldest rows that are still to be done, of visible versions only."""
    visible = select(Tenant.visible_sequence).where(Tenant.tenant_id == tenant_id).scalar_subquery()
    rows = connection.execute(
        select(OutboxEntry.__table__)  # type: ignore[attr-defined]
        .where(OutboxEntry.tenant_id == tenant_id)
        .where(col(OutboxEntry.done_at).is_(None))
        .where(col(OutboxEntry.version) <= visible)
        .order_by(col(OutboxEntry.sequence))
        .limit(limit)
    ).mappings()
    return [OutboxEntry(**row) for row in rows]


def mark_done(connection: Connection, tenant_id: str, sequences: Sequence[int], *, now: datetime) -> None:
    """Note that rows are done; their text is no longer needed and goes."""
    connection.execute(
        update(OutboxEntry)
        .where(col(OutboxEntry.tenant_id) == tenant_id, col(OutboxEntry.sequence).in_(sequences))
        .values(done_at=now, text="", payload_json="{}")
    )
