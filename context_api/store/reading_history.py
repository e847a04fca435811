"""Reading what happened with a party and how it stands to others, through the records it has now.

Activities and relationships name records; who is who is looked up at answer time, so that a decision shows
in both at once.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, or_
from sqlmodel import col, select

from context_api.store.activities import Activity, ActivityParty, Relationship
from context_api.store.bulk import chunked
from context_api.store.identities import LedgerEntry
from context_api.store.ranges import in_version
from context_api.store.reading import members
from context_api.store.records import RecordKey
from context_api.store.sealing import TEXTS
from context_api.store.views import ActivityView, RelationshipView, Snapshot


def timeline(
    snapshot: Snapshot, golden_id: str, *, limit: int = 50, kinds: Sequence[str] = ()
) -> tuple[ActivityView, ...]:
    """Return the newest activities of a party, newest first, of some kinds when they are named."""
    roles: dict[str, set[str]] = defaultdict(set)
    times: dict[str, str] = {}
    for chunk in chunked(members(snapshot, [golden_id])):
        asked = select(ActivityParty.activity_id, ActivityParty.occurred_at, ActivityParty.role).where(
            in_version(ActivityParty, snapshot.tenant_id, snapshot.version),
            col(ActivityParty.record_id).in_(chunk),
        )
        if kinds:
            asked = asked.where(col(ActivityParty.kind).in_(kinds))
        newest = asked.order_by(
            col(ActivityParty.occurred_at).desc().nulls_last(), col(ActivityParty.activity_id)
        )
        for row in snapshot.connection.execute(newest.limit(limit * 2)):  # a party may have two roles
            roles[row.activity_id].add(row.role)
            times[row.activity_id] = row.occurred_at.isoformat() if row.occurred_at else ""
    chosen = sorted(sorted(times), key=lambda activity_id: times[activity_id], reverse=True)[:limit]
    found = {activity.activity_id: activity for activity in _activities(snapshot, chosen, roles)}
    return tuple(found[activity_id] for activity_id in chosen if activity_id in found)


def _activities(
    snapshot: Snapshot, activity_ids: Iterable[str], roles: dict[str, set[str]]
) -> Iterable[ActivityView]:
    for chunk in chunked(activity_ids):
        rows = snapshot.connection.execute(
            select(Activity.__table__, RecordKey.salt)  # type: ignore[attr-defined]
            .outerjoin(
                RecordKey,
                (col(RecordKey.tenant_id) == Activity.tenant_id)
                & (col(RecordKey.record_id) == Activity.activity_id),
            )
            .where(
                in_version(Activity, snapshot.tenant_id, snapshot.version),
                col(Activity.activity_id).in_(chunk),
            )
        )
        for row in rows:
            plain = snapshot.sealer.open(
                row.sealed_texts, salt=row.salt, record_id=row.activity_id, what=TEXTS
            )
            texts = json.loads(plain) if plain else {}
            yield ActivityView(
                activity_id=row.activity_id,
                kind=row.kind,
                source=row.source,
                occurred_at=row.occurred_at,
                roles=tuple(sorted(roles[row.activity_id])),
                title=texts.get("title"),
                body=texts.get("body"),
                status=row.status,
                amount_cents=row.amount_cents,
                currency=row.currency,
                due_at=row.due_at,
            )


def relationships(snapshot: Snapshot, golden_id: str) -> tuple[RelationshipView, ...]:
    """Return the edges from and to a party, with who stands at the other end."""
    own = set(members(snapshot, [golden_id]))
    edges: dict[str, Row[Any]] = {}
    for chunk in chunked(own):
        start, end = col(Relationship.from_record_id), col(Relationship.to_record_id)
        rows = snapshot.connection.execute(
            select(Relationship.__table__).where(  # type: ignore[attr-defined]
                in_version(Relationship, snapshot.tenant_id, snapshot.version),
                or_(start.in_(chunk), end.in_(chunk)),
            )
        )
        edges |= {row.relationship_id: row for row in rows}
    others = {e.to_record_id if e.from_record_id in own else e.from_record_id for e in edges.values()}
    golden_ids = golden_ids_of(snapshot, others)
    return tuple(
        RelationshipView(
            kind=edge.kind,
            is_outgoing=edge.from_record_id in own,
            golden_id=golden_ids.get(
                other := edge.to_record_id if edge.from_record_id in own else edge.from_record_id
            ),
            record_id=other,
            role=edge.role,
            valid_from=edge.valid_from,
            valid_to=edge.valid_to,
            source=edge.source,
        )
        for _, edge in sorted(edges.items())
    )


def golden_ids_of(snapshot: Snapshot, record_ids: Iterable[str]) -> dict[str, str]:
    """Return the golden id of each of these records that has one."""
    found: dict[str, str] = {}
    for chunk in chunked(record_ids):
        rows = snapshot.connection.execute(
            select(LedgerEntry.record_id, LedgerEntry.golden_id).where(
                in_version(LedgerEntry, snapshot.tenant_id, snapshot.version),
                col(LedgerEntry.record_id).in_(chunk),
            )
        )
        found |= {row.record_id: row.golden_id for row in rows if row.golden_id is not None}
    return found
