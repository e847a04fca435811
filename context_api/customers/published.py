"""What is published and how fresh it is: GET /v1/versions and GET /v1/freshness."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from context_api.auth import Scope
from context_api.customers.cursors import Cursor, Listing
from context_api.customers.known_sources import require_sources
from context_api.customers.pages import NextCursor, PageDep
from context_api.errors import FaultyCursor, NothingPublished
from context_api.routing import CallDep, reads, slice_router
from context_api.store.reading import freshness
from context_api.store.reading_versions import versions

MOST_SOURCES = 50
router = slice_router("customers")


class VersionOut(BaseModel):
    """A version that is in force or was."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    kind: str = Field(description="What made it: `publish` or `decision`.")
    status: str = Field(
        description="`visible`: what readers see now; `superseded`: can be asked for by time."
    )
    model_id: str | None
    visible_at: datetime
    counts: dict[str, int] = Field(description="What it brought.")


class VersionsPage(BaseModel):
    """Versions, newest first."""

    versions: list[VersionOut]
    next_cursor: NextCursor


class FreshnessOut(BaseModel):
    """How old what we know of an object of a source is, and how much of it is proven whole."""

    model_config = ConfigDict(from_attributes=True)

    source: str
    object: str
    last_synced_at: datetime | None
    last_status: str | None
    proven_share: float | None = Field(description="Share of the source's rows that were shown to be here.")
    deletes: str | None = Field(description="How the source lets deletions be known.")
    checked_at: datetime | None


class FreshnessPage(BaseModel):
    """The freshness of sources in one version."""

    version: int
    visible_at: datetime
    sources: list[FreshnessOut]


@router.get(
    "/versions", **reads(Scope.CUSTOMERS_READ, view="versions", problems=[NothingPublished, FaultyCursor])
)
def get_versions(call: CallDep, page: PageDep) -> VersionsPage:
    """List the versions that are or were in force, newest first."""
    with call.snapshot() as snapshot:
        listing = Listing(snapshot.sealer, "versions", {})
        begin = listing.take(page.cursor)
        before = None if begin is None else int(begin.after[0] or 0)
        found = versions(snapshot, limit=page.limit + 1, before=before)
        given = found[: page.limit]
        more = len(found) > len(given)
        return VersionsPage(
            versions=[VersionOut.model_validate(version) for version in given],
            next_cursor=listing.give(Cursor(snapshot.version, (given[-1].version,))) if more else None,
        )


@router.get("/freshness", **reads(Scope.CUSTOMERS_READ, view="freshness", problems=[NothingPublished]))
def get_freshness(
    call: CallDep,
    source: Annotated[
        list[str] | None,
        Query(max_length=MOST_SOURCES, description="Only these sources; all when none is named."),
    ] = None,
) -> FreshnessPage:
    """Tell how fresh each object of each source is in the version in force."""
    with call.snapshot() as snapshot:
        require_sources(snapshot, source or ())
        return FreshnessPage(
            version=snapshot.version,
            visible_at=snapshot.visible_at,
            sources=[FreshnessOut.model_validate(found) for found in freshness(snapshot, source)],
        )
