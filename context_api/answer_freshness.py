"""The freshness that is added to an answer: of the sources behind it, in the version that answers.

It is the same for all answers of one version, so it is read once for each.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
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


class FreshnessOfAnswers:
    """Freshness by source as JSON, kept per tenant and version."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: OrderedDict[tuple[str, int], Mapping[str, bytes]] = OrderedDict()

    async def of(self, sealer: Sealer, version: int, sources: Iterable[str]) -> bytes:
        """Return a JSON object: each source's oldest sync, lowest proven share, how it shows deletions."""
        key = (sealer.tenant_id, version)
        known = self._kept.get(key)
        if known is None:
            known = self._kept[key] = await asyncio.to_thread(self._read, sealer, version)
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
