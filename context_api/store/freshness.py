"""Freshness: how old what we know of each object of a source is, and how much of it is proven whole."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from context_api.store.ranges import ranged_indexes


class SourceFreshness(SQLModel, table=True):
    """One row per object of a source and version range.

    `proven_share` of the source's rows were shown to be here at `checked_at`; `deletes` says how the
    source lets deletions be known (`observed`, `reconciled`, `not observable`).
    """

    __tablename__ = "freshness"
    __table_args__ = ranged_indexes("freshness")
    tenant_id: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    object: str = Field(primary_key=True)
    published_from: int = Field(primary_key=True, sa_type=BigInteger)
    published_to: int | None = Field(sa_type=BigInteger, default=None)
    content_hash: str
    last_synced_at: datetime | None = None
    last_status: str | None = None
    last_error: str | None = None
    counted_source: int | None = Field(sa_type=BigInteger, default=None)
    counted_warehouse: int | None = Field(sa_type=BigInteger, default=None)
    proven_share: float | None = None
    deletes: str | None = None
    checked_at: datetime | None = None
