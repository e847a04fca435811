"""Who is calling: API keys as service accounts of one tenant, with scopes and clearance.

A key reads `ck_<key id>_<secret>`. The secret is 32 random bytes, shown once; the store has its SHA-256,
which is enough for what nobody can guess. A key that was found is kept for some seconds, so revoking acts
within them; its expiry acts at once.
"""

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address

from sqlalchemy import Engine
from starlette.requests import HTTPConnection

from context_api.errors import Unauthenticated
from context_api.policy.classification import Classification
from context_api.store.engine import reading
from context_api.store.keys import StoredKey, find_key

KEY_PREFIX = "ck"
KEY_ID_BYTES = 8
SECRET_BYTES = 32
LONGEST_KEY = 200
GRANTABLE = (Classification.PUBLIC, Classification.INTERNAL, Classification.PII, Classification.FINANCIAL)
DEFAULT_CLEARANCE = frozenset({Classification.PUBLIC, Classification.INTERNAL})
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")  # set by a proxy: the caller is not here
HOW = "send `Authorization: Bearer ck_…`; `concord keys create` makes a key"


class Scope(StrEnum):
    """What a key allows."""

    CUSTOMERS_READ = "customers:read"
    RECORDS_READ = "records:read"
    SEARCH_READ = "search:read"
    MATCH_RUN = "match:run"
    OPERATIONS_READ = "operations:read"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller that showed a valid key."""

    tenant_id: str
    key_id: str
    service_account: str
    scopes: frozenset[str]
    clearance: frozenset[Classification]


def new_key(
    tenant_id: str,
    service_account: str,
    *,
    scopes: Iterable[Scope],
    now: datetime,
    clearance: Iterable[Classification] = DEFAULT_CLEARANCE,
    expires_at: datetime | None = None,
    is_loopback_only: bool = False,
) -> tuple[str, StoredKey]:
    """Return a new key as its holder needs it, once, and as the store keeps it."""
    key_id, secret = secrets.token_hex(KEY_ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    stored = StoredKey(
        tenant_id=tenant_id,
        key_id=key_id,
        secret_hash=_hash(secret),
        service_account=service_account,
        scopes=frozenset(str(scope) for scope in scopes),
        clearance=frozenset(str(stated) for stated in clearance if stated in GRANTABLE),
        is_loopback_only=is_loopback_only,
        created_at=now,
        expires_at=expires_at,
    )
    return f"{KEY_PREFIX}_{key_id}_{secret}", stored


def is_here(connection: HTTPConnection) -> bool:
    """Say whether the caller is on this machine and no proxy spoke for another."""
    if connection.client is None or any(name in connection.headers for name in FORWARDED):
        return False
    try:
        return ip_address(connection.client.host).is_loopback
    except ValueError:
        return False


class KeyRing:
    """Verifies keys; keeps those that it found for `cache_seconds`."""

    def __init__(self, engine: Engine, *, cache_seconds: float, now: Callable[[], datetime]) -> None:
        self.engine = engine
        self.cache_seconds = cache_seconds
        self.now = now
        self._found: dict[str, tuple[float, StoredKey, Principal]] = {}
        self._asked: dict[str, asyncio.Task[StoredKey | None]] = {}

    async def principal(self, connection: HTTPConnection) -> Principal:
        """Return who calls.

        Raises:
            Unauthenticated: No key, or none that is valid here and now.
        """
        key_id, secret = _shown(connection)
        kept = self._found.get(key_id)
        if kept is None or kept[0] <= time.monotonic():
            kept = await self._look_up(key_id)
        _, key, principal = kept
        if not hmac.compare_digest(_hash(secret), key.secret_hash) or not key.is_valid(self.now()):
            raise Unauthenticated(f"the key is unknown, expired or revoked; {HOW}")
        if key.is_loopback_only and not is_here(connection):
            raise Unauthenticated(
                "the key is good on its own machine only; make another with `concord keys create`"
            )
        return principal

    async def _look_up(self, key_id: str) -> tuple[float, StoredKey, Principal]:
        """Return a key as the store has it now; those who ask meanwhile share the answer."""
        task = self._asked.get(key_id)
        if task is None:
            task = self._asked[key_id] = asyncio.create_task(asyncio.to_thread(self._read, key_id))
            task.add_done_callback(lambda _: self._asked.pop(key_id, None))
        key = await asyncio.shield(task)
        if key is None:
            self._found.pop(key_id, None)
            raise Unauthenticated(f"the key is unknown, expired or revoked; {HOW}")
        kept = (time.monotonic() + self.cache_seconds, key, _principal(key))
        self._found[key_id] = kept
        return kept

    def _read(self, key_id: str) -> StoredKey | None:
        with reading(self.engine) as connection:
            return find_key(connection, key_id)


def _shown(connection: HTTPConnection) -> tuple[str, str]:
    """Return the key id and the secret that a caller shows."""
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    token = given.strip() if scheme.lower() == "bearer" else connection.headers.get("x-api-key", "")
    prefix, _, rest = token.partition("_")
    key_id, _, secret = rest.partition("_")
    if not token:
        raise Unauthenticated(f"no API key; {HOW}")
    if len(token) > LONGEST_KEY or prefix != KEY_PREFIX or not key_id.isalnum() or not secret.isascii():
        raise Unauthenticated(f"that is no API key of ours; {HOW}")
    return key_id, secret


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _principal(key: StoredKey) -> Principal:
    clearance = frozenset(Classification(stated) for stated in key.clearance)
    return Principal(key.tenant_id, key.key_id, key.service_account, key.scopes, clearance)
