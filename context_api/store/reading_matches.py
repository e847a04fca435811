"""What look-ups in a match snapshot need to know of the version in force: what came after the snapshot."""

from collections.abc import Iterable

from sqlmodel import col, func, select

from context_api.store.bulk import chunked
from context_api.store.decisions import DecisionEntry, Verdict
from context_api.store.records import RecordKey
from context_api.store.versions import Version, VersionKind
from context_api.store.views import Snapshot


def last_publish(snapshot: Snapshot) -> int | None:
    """Return the newest version, this one or before it, that a publish made: it has a match snapshot."""
    found: int | None = snapshot.connection.execute(
        select(func.max(Version.sequence)).where(
            Version.tenant_id == snapshot.tenant_id,
            Version.kind == VersionKind.PUBLISH.value,
            col(Version.visible_at).is_not(None),
            col(Version.sequence) <= snapshot.version,
        )
    ).scalar_one()
    return found


def decisions_since(snapshot: Snapshot, version: int) -> dict[tuple[str, str], bool]:
    """Return the decisions in force that a later version than this settled: whether the pair is one party."""
    rows = snapshot.connection.execute(
        select(DecisionEntry.record_id_l, DecisionEntry.record_id_r, DecisionEntry.verdict)
        .where(
            DecisionEntry.tenant_id == snapshot.tenant_id,
            col(DecisionEntry.superseded_at).is_(None),
            DecisionEntry.verdict != Verdict.DEFER,
            col(DecisionEntry.settled_in) > version,
            col(DecisionEntry.settled_in) <= snapshot.version,
        )
        .order_by(col(DecisionEntry.sequence))
    )
    return {(row.record_id_l, row.record_id_r): row.verdict == Verdict.MATCH for row in rows}


def unerased(snapshot: Snapshot, record_ids: Iterable[str]) -> frozenset[str]:
    """Return those records whose values can still be read."""
    found: set[str] = set()
    for chunk in chunked(record_ids):
        rows = snapshot.connection.execute(
            select(RecordKey.record_id).where(
                RecordKey.tenant_id == snapshot.tenant_id,
                col(RecordKey.record_id).in_(chunk),
                col(RecordKey.salt).is_not(None),
            )
        )
        found |= {row.record_id for row in rows}
    return frozenset(found)
