"""The identity ledger and its redirects, on two axes of time.

`recorded_*` is when it was known to us, `valid_*` when it was true in the world where somebody knows
that: a source says when a record was deleted, a steward since when two parties are one.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from context_api.store.ranges import ranged_indexes

HAS_HEIR = text("heir is not null")


class LedgerEntry(SQLModel, table=True):
    """One row per record and stay in a golden record; a tombstone has no golden id (law 4)."""

    __tablename__ = "identity_ledger"
    __table_args__ = ranged_indexes(
        "identity_ledger",
        Index("ix_identity_ledger_golden", "tenant_id", "golden_id"),
        Index(
            "ix_identity_ledger_heir", "tenant_id", "heir", sqlite_where=HAS_HEIR, postgresql_where=HAS_HEIR
        ),
    )
    tenant_id: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    published_from: int = Field(primary_key=True, sa_type=BigInteger)
    published_to: int | None = Field(sa_type=BigInteger, default=None)
    content_hash: str
    golden_id: str | None = None
    change: str
    cause: str
    heir: str | None = None
    recorded_from: datetime
    recorded_to: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


class RedirectEntry(SQLModel, table=True):
    """One row per golden id that another stands for, while it does."""

    __tablename__ = "redirects"
    __table_args__ = ranged_indexes(
        "redirects", Index("ix_redirects_golden_id_to", "tenant_id", "golden_id_to")
    )
    tenant_id: str = Field(primary_key=True)
    golden_id_from: str = Field(primary_key=True)
    published_from: int = Field(primary_key=True, sa_type=BigInteger)
    published_to: int | None = Field(sa_type=BigInteger, default=None)
    content_hash: str
    golden_id_to: str
    cause: str
    recorded_from: datetime
    recorded_to: datetime | None = None
