"""Reading how a party stands to others, through the records it has now.

Relationships name records; who is who is looked up at answer time, so that a decision shows at once.
"""

from typing import Any

from sqlalchemy import Row, or_
from sqlmodel import col, select

from context_api.store.activities import Relationship
from context_api.store.bulk import chunked
from context_api.store.ranges import in_version
from context_api.store.reading import golden_ids_of, members
from context_api.store.views import RelationshipView, Snapshot


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
