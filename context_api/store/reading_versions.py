"""Reading which versions there were, newest first."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from context_api.store.versions import Version
from context_api.store.views import Snapshot


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version that is in force or was; `counts` says what it brought."""

    version: int
    kind: str
    status: str
    model_id: str | None
    visible_at: datetime
    counts: dict[str, int]


def versions(snapshot: Snapshot, *, limit: int, before: int | None = None) -> tuple[VersionView, ...]:
    """Return the versions up to the one that is read, newest first; those `before` one, where it is given."""
    asked = (
        select(Version.__table__)  # type: ignore[attr-defined]
        .where(
            Version.tenant_id == snapshot.tenant_id,
            col(Version.visible_at).is_not(None),
            Version.sequence <= snapshot.version,
        )
        .order_by(col(Version.sequence).desc())
        .limit(limit)
    )
    if before is not None:
        asked = asked.where(Version.sequence < before)
    return tuple(
        VersionView(
            version=row.sequence,
            kind=row.kind,
            status=row.status,
            model_id=row.model_id,
            visible_at=row.visible_at,
            counts=json.loads(row.counts_json),
        )
        for row in snapshot.connection.execute(asked)
    )
