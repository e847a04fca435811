"""API keys: which service account of which tenant may do what; the store knows a hash, never the secret.

A secret is 32 random bytes, so its SHA-256 needs no slow hash: nobody can try them all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Index, insert, update
from sqlmodel import Field, SQLModel, col, select

from context_api.errors import UnknownKey


class ApiKey(SQLModel, table=True):
    """One row per API key; `scopes` and `clearance` are words parted by spaces. A revoked one stays."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_key_id", "key_id", unique=True),)
    tenant_id: str = Field(primary_key=True)
    key_id: str = Field(primary_key=True)
    secret_hash: bytes
    service_account: str
    scopes: str
    clearance: str
    is_loopback_only: bool
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredKey:
    """An API key as the store knows it."""

    tenant_id: str
    key_id: str
    secret_hash: bytes
    service_account: str
    scopes: frozenset[str]
    clearance: frozenset[str]
    is_loopback_only: bool
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Say whether the key is in force at a time."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def state(self, now: datetime) -> str:
        """Return how the key stands, in words."""
        if self.revoked_at is not None:
            return f"revoked {self.revoked_at:%Y-%m-%d}"
        if self.expires_at is None:
            return "valid"
        return f"{'valid until' if self.is_valid(now) else 'expired'} {self.expires_at:%Y-%m-%d}"


def add_key(connection: Connection, key: StoredKey) -> None:
    """Keep a new key."""
    values = {name: getattr(key, name) for name in StoredKey.__slots__}
    words = {"scopes": _words(key.scopes), "clearance": _words(key.clearance)}
    connection.execute(insert(ApiKey), values | words)


def find_key(connection: Connection, key_id: str) -> StoredKey | None:
    """Return the key of an id, whichever tenant it belongs to."""
    asked = select(ApiKey.__table__).where(ApiKey.key_id == key_id)  # type: ignore[attr-defined]
    row = connection.execute(asked).mappings().one_or_none()
    return None if row is None else _stored(ApiKey(**row))


def keys_of(connection: Connection, tenant_id: str) -> tuple[StoredKey, ...]:
    """Return all keys of a tenant, oldest first, revoked ones too."""
    asked = select(ApiKey.__table__).where(ApiKey.tenant_id == tenant_id)  # type: ignore[attr-defined]
    rows = connection.execute(asked.order_by(col(ApiKey.created_at), col(ApiKey.key_id))).mappings()
    return tuple(_stored(ApiKey(**row)) for row in rows)


def revoke_key(connection: Connection, tenant_id: str, key_id: str, *, now: datetime) -> None:
    """Revoke a key; the time of the first revocation stays.

    Raises:
        UnknownKey: The tenant has none of that id.
    """
    ours = (col(ApiKey.tenant_id) == tenant_id, col(ApiKey.key_id) == key_id)
    if connection.execute(select(ApiKey.key_id).where(*ours)).first() is None:
        raise UnknownKey(f"tenant {tenant_id} has no key {key_id}; `concord keys list` shows them")
    connection.execute(update(ApiKey).where(*ours, col(ApiKey.revoked_at).is_(None)).values(revoked_at=now))


def _words(given: Iterable[str]) -> str:
    return " ".join(sorted(given))


def _stored(row: ApiKey) -> StoredKey:
    stated = {name: getattr(row, name) for name in StoredKey.__slots__}
    return StoredKey(
        **stated
        | {"scopes": frozenset(row.scopes.split()), "clearance": frozenset(row.clearance.split())}
        | {"secret_hash": bytes(row.secret_hash)}
    )
