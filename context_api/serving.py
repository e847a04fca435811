"""What a process that serves holds: store, audit writer, keys; opened at its start, closed at its end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from anyio.to_thread import current_default_thread_limiter
from sqlalchemy import Engine

from context_api.answer_freshness import FreshnessOfAnswers
from context_api.audit.heads import HeadKeeper, SignedHeads
from context_api.audit.tables import create_tables, open_audit
from context_api.audit.writer import AuditWriter
from context_api.auth import KeyRing
from context_api.live import LiveReads, LiveSource
from context_api.settings import DEFAULT_TENANT, Settings
from context_api.store.engine import POOL_SIZE, migrate, open_store
from context_api.store.sealing import Sealer
from context_api.store.view_reader import ViewReader


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Serving:
    """What every route may use. Reads of the store run in threads: `call.snapshot()`."""

    settings: Settings
    engine: Engine
    audit: AuditWriter
    keys: KeyRing
    master_key: bytes
    now: Callable[[], datetime]
    views: ViewReader
    freshness: FreshnessOfAnswers
    live: LiveReads
    _sealers: dict[str, Sealer] = field(default_factory=dict)

    def sealer(self, tenant_id: str) -> Sealer:
        """Return what opens the values of a tenant."""
        found = self._sealers.get(tenant_id)
        if found is None:
            found = self._sealers[tenant_id] = Sealer(self.master_key, tenant_id)
        return found


def prepare(settings: Settings) -> None:
    """Bring the tables of store and audit database to the newest revision; once, before processes serve.

    Raises:
        FaultyStoreSetting: An address or the key cannot be used, or the key is not that of the store.
        StoreUnavailable: A database cannot be opened.
    """
    if settings.store_key is not None:  # before anything is made
        settings.master_key()
    for address, bring_up in ((settings.store_address(), migrate), (settings.audit_address(), create_tables)):
        engine = open_store(address)
        bring_up(engine)
        if bring_up is migrate:
            settings.check_key(engine)
        engine.dispose()


@asynccontextmanager
async def serving(
    settings: Settings, *, now: Callable[[], datetime] = utc_now, live: Sequence[LiveSource] = ()
) -> AsyncIterator[Serving]:
    """Open what a process serves from while the block runs; at its end, entries that wait are written."""
    engine = open_store(settings.store_address(), busy_timeout_seconds=settings.wait_seconds)
    audit_engine = open_audit(settings.audit_address(), busy_timeout_seconds=settings.wait_seconds)
    audit = AuditWriter(
        audit_engine, wait_seconds=settings.wait_seconds, queue_limit=settings.audit_queue_limit
    )
    master_key = settings.master_key()
    heads = SignedHeads(settings.audit_heads_folder(), master_key)
    keeper = HeadKeeper(heads, audit.writer, lambda: audit.head)
    keys = KeyRing(engine, cache_seconds=settings.key_cache_seconds, now=now)
    current_default_thread_limiter().total_tokens = POOL_SIZE  # a thread more would wait for a connection
    views = ViewReader(engine, wait_seconds=settings.wait_seconds)
    keeper.start()
    audit.start()
    try:
        yield Serving(
            settings,
            engine,
            audit,
            keys,
            master_key,
            now,
            views,
            FreshnessOfAnswers(engine),
            LiveReads(live, tenant_id=DEFAULT_TENANT, budget_seconds=settings.live_budget_ms / 1000),
        )
    finally:
        views.close()
        await audit.close()
        await asyncio.to_thread(keeper.close)
        audit_engine.dispose()
        engine.dispose()
