"""The freshness that is added to an answer: of the sources behind it, in the version that answers.

A run that changes nothing renews it without a new version, so what was read of a version is soon read again.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Engine

from context_api.rendering.masking import OPTIONS
from context_api.store.engine import reading
from context_api.store.reading import freshness, numbered
from context_api.store.sealing import Sealer
from context_api.store.views import FreshnessView, Snapshot

MOST_KEPT = 64  # versions over all tenants
KEPT_SECONDS = 5.0


class FreshnessOfAnswers:
    """Freshness by source as JSON, kept per tenant and version for some seconds of a clock."""

    def __init__(self, engine: Engine, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._kept: OrderedDict[tuple[str, int], tuple[float, Mapping[str, bytes]]] = OrderedDict()

    async def of(self, sealer: Sealer, version: int, sources: Iterable[str]) -> bytes:
        """Return a JSON object: each source's oldest sync, lowest proven share, how it shows deletions."""
        key = (sealer.tenant_id, version)
        read_at, known = self._kept.get(key, (0.0, None))
        if known is None or self._clock() - read_at > KEPT_SECONDS:
            known = await asyncio.to_thread(self._read, sealer, version)
            self._kept[key] = self._clock(), known
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return b"{" + b",".join(known[source] for source in sources if source in known) + b"}"

    def _read(self, sealer: Sealer, version: int) -> Mapping[str, bytes]:
        with reading(self._engine) as connection:
            by_source = by_source_of(numbered(connection, sealer, version))
        return {
            source: orjson.dumps(source) + b":" + orjson.dumps(told, option=OPTIONS)
            for source, told in by_source.items()
        }


def by_source_of(snapshot: Snapshot, sources: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """Return the freshness of each source as answers tell it."""
    objects: dict[str, list[FreshnessView]] = {}
    for view in freshness(snapshot, sources):
        objects.setdefault(view.source, []).append(view)
    return {source: _told(views) for source, views in objects.items()}


def _told(views: list[FreshnessView]) -> dict[str, Any]:
    """Return what holds of a whole source: its worst object speaks for it."""
    synced: list[datetime] = [view.last_synced_at for view in views if view.last_synced_at is not None]
    proven = [view.proven_share for view in views if view.proven_share is not None]
    failing = sorted(view.object for view in views if view.last_error)
    told: dict[str, Any] = {
        "synced_at": min(synced, default=None),
        "proven_share": min(proven, default=None),
        "deletes": " / ".join(sorted({view.deletes for view in views if view.deletes})) or None,
    }
    if failing:
        told["failing"] = failing
    return told
