"""Read receipts: which answer used which entity version and facts."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel


class ReadReceipt(SQLModel, table=True):
    """One row per golden record in an answer; `facts_json` names fields, never their values."""

    __tablename__ = "read_receipts"
    __table_args__ = (Index("ix_read_receipts_golden", "tenant_id", "golden_id", "read_at"),)
    tenant_id: str = Field(primary_key=True)
    receipt_id: str = Field(primary_key=True)
    golden_id: str = Field(primary_key=True)
    entity_version: int = Field(sa_type=BigInteger)
    version: int = Field(sa_type=BigInteger)
    caller: str
    on_behalf_of: str | None = None
    purpose: str | None = None
    view: str
    facts_json: str
    correlation_id: str | None = None
    read_at: datetime
