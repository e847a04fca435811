"""What a golden id of a request stands for in a version, and how it is told when that is no longer itself."""

import re
from typing import Annotated

from fastapi import Path
from starlette.requests import Request

from context_api.errors import MalformedRequest, PartyGone, PartyMerged, PartySplit, UnknownParty
from context_api.store.reading import resolve_id
from context_api.store.views import Resolution, Snapshot

GOLDEN_ID = re.compile(r"g-[0-9a-f]{20}")
LONGEST_ID = 64
GoldenId = Annotated[
    str,
    Path(max_length=LONGEST_ID, description="`g-` and 20 hex digits.", examples=["g-0123456789abcdef0123"]),
]
STANDING = (MalformedRequest, PartyMerged, PartySplit, PartyGone, UnknownParty)
"""The errors that `require_current` may raise, for a route to document."""


def require_form(golden_id: str) -> None:
    """Refuse what cannot be a golden id.

    Raises:
        MalformedRequest: It is not of the form.
    """
    if not GOLDEN_ID.fullmatch(golden_id):
        raise MalformedRequest(
            "a golden id is `g-` and 20 hex digits; to find a party by anything else ask /v1/search"
        )


def _asked(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def require_current(snapshot: Snapshot, golden_id: str, *, request: Request) -> None:
    """Return when the id is a golden record of this version, else say what became of it.

    A survivor's id takes the place of this one in the address that was asked for.

    Raises:
        MalformedRequest: It is no golden id.
        PartyMerged: Another id stands for its party now.
        PartySplit: Its records are in several others.
        PartyGone: All its records were deleted at their sources.
        UnknownParty: It never was one.
    """
    require_form(golden_id)
    found = resolve_id(snapshot, golden_id)
    if found.status is Resolution.CURRENT:
        return
    if found.status is Resolution.REDIRECTED and found.golden_id is not None:
        raise PartyMerged(
            f"{golden_id} is one party with {found.golden_id} now; ask for that",
            golden_id=golden_id,
            redirects_to=found.golden_id,
            location=_asked(request).replace(golden_id, found.golden_id, 1),
        )
    if found.status is Resolution.SPLIT:
        raise PartySplit(
            f"the records of {golden_id} are several parties now; ask for those among `parts`",
            golden_id=golden_id,
            parts=list(found.parts),
        )
    if found.status is Resolution.GONE:
        raise PartyGone(
            f"all records of {golden_id} were deleted at their sources; ask with `as_of` for an earlier time",
            golden_id=golden_id,
        )
    raise UnknownParty(
        f"{golden_id} never was a golden record here; ask /v1/search for a name, mail, phone or identifier",
        golden_id=golden_id,
    )
