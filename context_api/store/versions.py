"""Versions: what became visible when, and the one pointer that says what readers see."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class VersionStatus(StrEnum):
    """The life of a version; readers see the `visible` one, and `superseded` ones by time.

    `unchanged` is the number of a publish that found nothing to change: the version before it stays.
    """

    STAGED = "staged"
    VISIBLE = "visible"
    SUPERSEDED = "superseded"
    FAILED = "failed"
    UNCHANGED = "unchanged"


class VersionKind(StrEnum):
    """What made a version."""

    PUBLISH = "publish"
    DECISION = "decision"


class Tenant(SQLModel, table=True):
    """One row per tenant: the version pointer, and the numbers that are given out next."""

    __tablename__ = "tenants"
    tenant_id: str = Field(primary_key=True)
    visible_sequence: int = Field(sa_type=BigInteger, default=0)
    staged_sequence: int | None = Field(sa_type=BigInteger, default=None)
    decision_sequence: int = Field(sa_type=BigInteger, default=0)
    outbox_sequence: int = Field(sa_type=BigInteger, default=0)


class Version(SQLModel, table=True):
    """One row per version; `ledger_sequence` is the version whose ledger it was settled on."""

    __tablename__ = "versions"
    tenant_id: str = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str
    status: str = Field(index=True)
    model_id: str | None = None
    decision_sequence: int = Field(sa_type=BigInteger)
    ledger_sequence: int = Field(sa_type=BigInteger)
    counts_json: str = "{}"
    created_at: datetime
    visible_at: datetime | None = None


class Model(SQLModel, table=True):
    """One row per resolution model: what settling goes by, not what scoring does."""

    __tablename__ = "models"
    tenant_id: str = Field(primary_key=True)
    model_id: str = Field(primary_key=True)
    bridge_json: str
    clean_sources_json: str
    thresholds_json: str
    rules_text: str
    first_used_at: datetime
