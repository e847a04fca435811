"""Golden records by version range, their values with provenance, and the values that disagree."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from context_api.store.ranges import ranged_indexes


class GoldenRecord(SQLModel, table=True):
    """One row per golden record and version range.

    `content_hash` covers members, values and conflicts with their provenance; `entity_version` rises
    exactly when it changes, and never falls or repeats for one golden id.
    """

    __tablename__ = "golden_records"
    __table_args__ = ranged_indexes("golden_records")
    tenant_id: str = Field(primary_key=True)
    golden_id: str = Field(primary_key=True)
    published_from: int = Field(primary_key=True, sa_type=BigInteger)
    published_to: int | None = Field(sa_type=BigInteger, default=None)
    content_hash: str
    entity_version: int = Field(sa_type=BigInteger)
    party_type: str
    size: int


class GoldenValue(SQLModel, table=True):
    """One row per surviving value of a golden record at an entity version; position 0 is the primary one.

    The value is sealed by the key of the record that states it.
    """

    __tablename__ = "golden_values"
    tenant_id: str = Field(primary_key=True)
    golden_id: str = Field(primary_key=True)
    entity_version: int = Field(primary_key=True, sa_type=BigInteger)
    attribute: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    sealed_value: bytes
    record_id: str
    source: str
    observed_at: datetime | None = None
    synced_at: datetime | None = None
    rule: str
    support: int
    claiming: int
    confidence: float


class Conflict(SQLModel, table=True):
    """One row per live value that a rule did not choose, at an entity version; numbered by key."""

    __tablename__ = "conflicts"
    tenant_id: str = Field(primary_key=True)
    golden_id: str = Field(primary_key=True)
    entity_version: int = Field(primary_key=True, sa_type=BigInteger)
    attribute: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    sealed_value: bytes
    record_id: str
    source: str
    observed_at: datetime | None = None
    synced_at: datetime | None = None
    rule: str
    support: int
    claiming: int
    confidence: float
