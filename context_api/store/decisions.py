"""Stewards' decisions: never deleted, superseded with who, when and why."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class Verdict(StrEnum):
    """What a steward says of a pair; `defer` binds nothing."""

    MATCH = "match"
    NO_MATCH = "no_match"
    DEFER = "defer"


class DecisionEntry(SQLModel, table=True):
    """One row per decision; in force while `superseded_at` is null.

    `settled_in` is the version that first showed its effect, null while a large component waits for the
    next publish. `valid_from` is since when it is true in the world, where the steward knows.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_left", "tenant_id", "record_id_l"),
        Index("ix_decisions_right", "tenant_id", "record_id_r"),
    )
    tenant_id: str = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    record_id_l: str
    record_id_r: str
    verdict: str
    author: str
    reason: str
    decided_at: datetime
    valid_from: datetime | None = None
    settled_in: int | None = Field(sa_type=BigInteger, default=None)
    superseded_at: datetime | None = None
    superseded_by: str | None = None
    superseded_reason: str | None = None
    superseded_sequence: int | None = Field(sa_type=BigInteger, default=None)
