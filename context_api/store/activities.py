"""Activities and relationships, tied to golden records through party records.

They name records, never golden ids, so that a decision rewrites none of them.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from context_api.store.ranges import ranged_indexes


class ActivityKind(StrEnum):
    """What an activity is; the warehouse warns of any other."""

    EMAIL = "email"
    TICKET = "ticket"
    ORDER = "order"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    DEAL = "deal"
    NOTE = "note"
    PURCHASE_ORDER = "purchase_order"
    SUPPLIER_INVOICE = "supplier_invoice"
    ASSET = "asset"


class RelationshipKind(StrEnum):
    """What one party is to another; those that the warehouse takes."""

    WORKS_FOR = "works_for"
    SUBSIDIARY_OF = "subsidiary_of"
    BILLS_TO = "bills_to"
    SUPPLIES = "supplies"


class Activity(SQLModel, table=True):
    """One row per activity and version range; its texts are sealed by a key of its own."""

    __tablename__ = "activities"
    __table_args__ = ranged_indexes("activities")
    tenant_id: str = Field(primary_key=True)
    activity_id: str = Field(primary_key=True)
    published_from: int = Field(primary_key=True, sa_type=BigInteger)
    published_to: int | None = Field(sa_type=BigInteger, default=None)
    content_hash: str
    source: str
    object: str
    kind: str
    occurred_at: datetime | None = None
    status: str | None = None
    amount_cents: int | None = Field(sa_type=BigInteger, default=None)
    currency: str | None = None
    due_at: datetime | None = None
    priority: str | None = None
    thread_id: str | None = None
    references_activity_id: str | None = None
    source_time: datetime | None = None
    sealed_texts: bytes


class ActivityParty(SQLModel, table=True):
    """One row per activity, record and role; kind and time repeat so that a timeline is one index walk."""

    __tablename__ = "activity_parties"
    __table_args__ = ranged_indexes(
        "activity_parties",
        Index("ix_activity_parties_record", "tenant_id", "record_id", "occurred_at"),
    )
    tenant_id: str = Field(primary_key=True)
    activity_id: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    published_from: int = Field(primary_key=True, sa_type=BigInteger)
    published_to: int | None = Field(sa_type=BigInteger, default=None)
    content_hash: str
    kind: str
    occurred_at: datetime | None = None


class Relationship(SQLModel, table=True):
    """One row per typed edge between two party records; dates are those of the world."""

    __tablename__ = "relationships"
    __table_args__ = ranged_indexes(
        "relationships",
        Index("ix_relationships_from", "tenant_id", "from_record_id"),
        Index("ix_relationships_to", "tenant_id", "to_record_id"),
    )
    tenant_id: str = Field(primary_key=True)
    relationship_id: str = Field(primary_key=True)
    published_from: int = Field(primary_key=True, sa_type=BigInteger)
    published_to: int | None = Field(sa_type=BigInteger, default=None)
    content_hash: str
    kind: str
    from_record_id: str
    to_record_id: str
    role: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    source: str
    source_time: datetime | None = None
