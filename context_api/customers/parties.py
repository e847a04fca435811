"""GET /v1/customers: the golden records of the version in force, filtered and sorted, page by page."""

from typing import Annotated, Literal

import orjson
from fastapi import Query
from pydantic import BaseModel

from context_api.answer_freshness import by_source_of
from context_api.auth import Scope
from context_api.customers.cursors import Cursor, Listing
from context_api.customers.customer_schema import CustomerOut, SourceFreshnessOut
from context_api.customers.known_sources import require_sources
from context_api.customers.pages import NextCursor, PageDep
from context_api.errors import FaultyCursor, NothingPublished
from context_api.policy.classification import classifications
from context_api.rendering.loading import facts_of
from context_api.rendering.masking import masked
from context_api.rendering.party_views import View, render
from context_api.routing import CallDep, reads, slice_router
from context_api.store.listing import Filters, ListedParty, Order, listed
from context_api.store.views import Snapshot

LONGEST_SOURCE = 100
router = slice_router("customers")


class ListedCustomer(CustomerOut):
    """A party in a listing: its summary."""

    freshness: dict[str, SourceFreshnessOut] | None = None  # type: ignore[assignment]
    version: int | None = None  # type: ignore[assignment]


class CustomersPage(BaseModel):
    """Parties of one version; all pages of a listing tell of the same one."""

    version: int
    customers: list[ListedCustomer]
    freshness: dict[str, SourceFreshnessOut]
    next_cursor: NextCursor


@router.get(
    "/customers",
    response_model_exclude_unset=True,
    **reads(Scope.CUSTOMERS_READ, view="customers", problems=[NothingPublished, FaultyCursor]),
)
def get_customers(
    call: CallDep,
    page: PageDep,
    type: Annotated[Literal["person", "organization"] | None, Query(description="Only these.")] = None,
    source: Annotated[
        str | None, Query(max_length=LONGEST_SOURCE, description="Only parties that this source knows.")
    ] = None,
    least_records: Annotated[
        int | None, Query(ge=1, le=1_000_000, description="Only parties of so many records or more.")
    ] = None,
    changed_since: Annotated[
        int | None,
        Query(ge=0, le=2**62, description="Only those whose golden record changed after this version."),
    ] = None,
    sort: Annotated[
        Order, Query(description="`-changed`: last changed first; `-records`: largest first.")
    ] = Order.ID,
) -> CustomersPage:
    """List parties as summaries."""
    filters = Filters(type, source, least_records, changed_since)
    with call.snapshot() as snapshot:
        stated = {"filters": repr(filters), "sort": str(sort)}
        listing = Listing(snapshot.sealer, "customers", stated)
        begin = listing.take(page.cursor)
        if begin is not None:
            snapshot = call.turn_to(snapshot, begin.version)
        require_sources(snapshot, () if source is None else (source,))
        after = None if begin is None else begin.after
        found = listed(snapshot, filters, order=sort, limit=page.limit + 1, after=after)
        given = found[: page.limit]
        more = given[-1].key(sort) if len(found) > len(given) else None
        shown = _summaries(snapshot, given, call)
        return CustomersPage(
            version=snapshot.version,
            customers=shown,
            freshness={k: SourceFreshnessOut(**v) for k, v in by_source_of(snapshot).items()},
            next_cursor=None if more is None else listing.give(Cursor(snapshot.version, more)),
        )


def _summaries(snapshot: Snapshot, parties: tuple[ListedParty, ...], call: CallDep) -> list[ListedCustomer]:
    classes = classifications()
    by_id: dict[str, ListedCustomer] = {}
    for facts in facts_of(snapshot, [party.golden_id for party in parties]):
        (summary,) = (view for view in render(facts, classes) if view.view is View.SUMMARY)
        by_id[facts.golden_id] = ListedCustomer(
            **orjson.loads(masked(summary.json, call.principal.clearance))
        )
        call.saw(facts.golden_id, facts.entity_version, ("summary",))
    return [by_id[party.golden_id] for party in parties if party.golden_id in by_id]
