"""GET /v1/customers/{golden_id}/relationships: everybody a party has to do with, page by page."""

from collections.abc import Collection
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, Field

from context_api.answer_freshness import by_source_of
from context_api.auth import Scope
from context_api.customers.cursors import Cursor, Listing
from context_api.customers.customer_schema import SourceFreshnessOut
from context_api.customers.pages import NextCursor, PageDep
from context_api.customers.seen import Masked, UtcTime, seen
from context_api.customers.standing import STANDING, GoldenId, require_current
from context_api.errors import FaultyCursor, NothingPublished
from context_api.policy.classification import Classification, classifications
from context_api.rendering.facts import NAME_ATTRIBUTE, Edge
from context_api.rendering.loading import facts_of
from context_api.rendering.party_views import UNTRUSTED
from context_api.routing import CallDep, reads, slice_router
from context_api.store.activities import RelationshipKind

router = slice_router("customers")


class EdgeOut(BaseModel):
    """A relationship as one source states it."""

    kind: str
    direction: Annotated[str, Field(description="`outgoing`: this party is the subject of the kind.")]
    golden_id: Annotated[str, Field(description="Who stands at the other end.")]
    type: str
    name: str | Masked | None
    role: str | None
    since: UtcTime | None
    until: UtcTime | None
    source: str


class RelationshipsPage(BaseModel):
    """Relationships of one version."""

    golden_id: str
    version: int
    relationships: list[EdgeOut]
    freshness: dict[str, SourceFreshnessOut]
    untrusted: str = UNTRUSTED
    next_cursor: NextCursor


@router.get(
    "/customers/{golden_id}/relationships",
    **reads(Scope.CUSTOMERS_READ, view="relationships", problems=[NothingPublished, FaultyCursor, *STANDING]),
)
def get_relationships(
    call: CallDep,
    request: Request,
    golden_id: GoldenId,
    page: PageDep,
    kind: Annotated[RelationshipKind | None, Query(description="Only this kind.")] = None,
    current: Annotated[bool, Query(description="Only those without an end.")] = False,
) -> RelationshipsPage:
    """Tell whom a party has to do with, as each source states it."""
    with call.snapshot() as snapshot:
        listing = Listing(
            snapshot.sealer, "relationships", {"of": golden_id, "kind": kind, "current": current}
        )
        begin = listing.take(page.cursor)
        if begin is not None:
            snapshot = call.turn_to(snapshot, begin.version)
        require_current(snapshot, golden_id, request=request)
        (facts,) = facts_of(snapshot, [golden_id])
        edges = sorted(
            (
                edge
                for edge in facts.edges
                if (kind is None or edge.kind == kind) and not (current and edge.valid_to is not None)
            ),
            key=_order,
        )
        start = 0 if begin is None else int(begin.after[0] or 0)
        given = edges[start : start + page.limit]
        end = start + len(given)
        call.saw(golden_id, facts.entity_version, ("relationships",))
        fresh = by_source_of(snapshot, {edge.source for edge in given})
        return RelationshipsPage(
            golden_id=golden_id,
            version=snapshot.version,
            relationships=[_told(edge, call.principal.clearance) for edge in given],
            freshness={name: SourceFreshnessOut(**told) for name, told in fresh.items()},
            next_cursor=listing.give(Cursor(snapshot.version, (end,))) if end < len(edges) else None,
        )


def _told(edge: Edge, cleared: Collection[Classification]) -> EdgeOut:
    name_class = classifications().of_attribute(edge.party_type, NAME_ATTRIBUTE[edge.party_type])
    return EdgeOut(
        kind=edge.kind,
        direction="outgoing" if edge.is_outgoing else "incoming",
        golden_id=edge.golden_id,
        type=edge.party_type.value,
        name=seen(edge.name, name_class, cleared),
        role=edge.role,
        since=edge.valid_from,
        until=edge.valid_to,
        source=edge.source,
    )


def _order(edge: Edge) -> tuple[object, ...]:
    """Return the place of an edge: the same in every answer of one version."""
    return (
        edge.kind,
        edge.golden_id,
        edge.source,
        edge.is_outgoing,
        edge.role or "",
        str(edge.valid_from),
        str(edge.valid_to),
    )
