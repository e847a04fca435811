"""GET /v1/customers/{golden_id}/history: the identity ledger of a party, for ids that are no more too."""

from pydantic import BaseModel

from context_api.auth import Scope
from context_api.customers.cursors import Cursor, Listing
from context_api.customers.pages import NextCursor, PageDep
from context_api.customers.records import StayOut, stay_out
from context_api.customers.standing import GoldenId, require_form
from context_api.errors import FaultyCursor, MalformedRequest, NothingPublished, UnknownParty
from context_api.routing import CallDep, reads, slice_router
from context_api.store.reading import entity_version_of, resolve_id
from context_api.store.reading_identity import redirects_to, stays_of_party
from context_api.store.views import Resolution

router = slice_router("customers")


class IdentityHistory(BaseModel):
    """What became of a golden id, and every stay of a record that ever was in it, oldest first."""

    golden_id: str
    version: int
    status: Resolution
    now: str | None
    parts: list[str]
    stands_for: list[str]
    stays: list[StayOut]
    next_cursor: NextCursor


@router.get(
    "/customers/{golden_id}/history",
    **reads(
        Scope.CUSTOMERS_READ,
        view="history",
        problems=[NothingPublished, FaultyCursor, MalformedRequest, UnknownParty],
    ),
)
def get_history(call: CallDep, golden_id: GoldenId, page: PageDep) -> IdentityHistory:
    """Tell which records belonged to a golden id, when and why; merged and split ids answer too."""
    require_form(golden_id)
    with call.snapshot() as snapshot:
        listing = Listing(snapshot.sealer, "history", {"of": golden_id})
        begin = listing.take(page.cursor)
        if begin is not None:
            snapshot = call.turn_to(snapshot, begin.version)
        found = resolve_id(snapshot, golden_id)
        if found.status is Resolution.UNKNOWN:
            raise UnknownParty(f"{golden_id} never was a golden record here", golden_id=golden_id)
        stays = stays_of_party(snapshot, golden_id)
        start = 0 if begin is None else int(begin.after[0] or 0)
        given = stays[start : start + page.limit]
        end = start + len(given)
        if found.status is Resolution.CURRENT:
            call.saw(golden_id, entity_version_of(snapshot, golden_id), ("history",))
        return IdentityHistory(
            golden_id=golden_id,
            version=snapshot.version,
            status=found.status,
            now=found.golden_id,
            parts=list(found.parts),
            stands_for=list(redirects_to(snapshot, golden_id)),
            stays=[stay_out(stay, call.principal.clearance) for stay in given],
            next_cursor=listing.give(Cursor(snapshot.version, (end,))) if end < len(stays) else None,
        )
