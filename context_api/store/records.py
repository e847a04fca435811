"""Party records, the keys that seal what they state, and the look-ups derived from them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from context_api.store.ranges import ranged_indexes


class PartyRecord(SQLModel, table=True):
    """One row per party record and version range; `sealed_claims` holds all that it states."""

    __tablename__ = "party_records"
    __table_args__ = ranged_indexes("party_records")
    tenant_id: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    published_from: int = Field(primary_key=True, sa_type=BigInteger)
    published_to: int | None = Field(sa_type=BigInteger, default=None)
    content_hash: str
    source: str
    object: str
    source_id: str
    party_type: str
    observed_at: datetime | None = None
    synced_at: datetime | None = None
    is_deleted: bool
    sealed_claims: bytes


class RecordKey(SQLModel, table=True):
    """One row per source record (of a party or an activity); without its salt nothing of it can be read."""

    __tablename__ = "record_keys"
    tenant_id: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    salt: bytes | None = None
    erased_at: datetime | None = None


class Lookup(SQLModel, table=True):
    """One row per word, e-mail or phone of a record, as a keyed hash: found, never read."""

    __tablename__ = "lookups"
    __table_args__ = ranged_indexes("lookups", Index("ix_lookups_record", "tenant_id", "record_id"))
    tenant_id: str = Field(primary_key=True)
    token: bytes = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    published_from: int = Field(primary_key=True, sa_type=BigInteger)
    published_to: int | None = Field(sa_type=BigInteger, default=None)
