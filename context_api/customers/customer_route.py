"""GET /v1/customers/{golden_id}: one party, as stored bytes where nothing more is asked.

Without a query, or with `detail=summary` alone, the stored view is served as it is: by a plain route that the
frame calls itself, since what the framework does around a handler costs more than the rest. With any other
query the route of FastAPI below narrows the stored view. Where no view of today's format is stored, as of an
earlier version, it is rendered from the facts. Both leave one trail.
"""

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query, Request, Response
from starlette.routing import Match, Route
from starlette.types import Receive, Send
from starlette.types import Scope as ConnectionScope

from context_api.answer_freshness import by_source_of
from context_api.auth import Scope
from context_api.customers.customer_schema import CustomerOut
from context_api.customers.live_part import MOST_SOURCES, live_part, require_live
from context_api.customers.seen import AskedTime
from context_api.customers.standing import STANDING, GoldenId, require_current, require_form
from context_api.errors import MalformedRequest, NothingPublished, TimeNotCome
from context_api.policy.classification import Classification, classifications
from context_api.rendering.loading import facts_of
from context_api.rendering.masking import OPTIONS, MarkedJson, masked
from context_api.rendering.party_views import View, render
from context_api.routing import Call, CallDep, Handler, guarded, reads, slice_router
from context_api.store.reading_identity import StatedRecord, stated_records
from context_api.store.rendered_views import StoredView, current_view
from context_api.store.views import Snapshot

PATH = "/v1/customers/{golden_id}"
VIEW = "customer"
ENTITY_VERSION_HEADER = "Concord-Entity-Version"
CACHING = "private, no-cache"  # ask again each time, and be told that nothing changed
MOST_NAMED = 50
router = slice_router("customers")


class Part(StrEnum):
    """A part of the full view that can be asked for by itself."""

    ENTITY = "entity"
    CONFLICTS = "conflicts"
    RELATIONSHIPS = "relationships"
    HISTORY = "history"
    PROCESS = "process"
    RECORDS = "records"


STORED = {b"": View.FULL, b"detail=summary": View.SUMMARY}  # by query


async def stored_customer(request: Request) -> Response:
    """Return a stored view of a party of the version in force."""
    call: Call = request.state.call
    golden_id: str = request.path_params["golden_id"]
    view = STORED[request.scope["query_string"]]
    stored = await call.serving.views.read(call.sealer, golden_id, view=view)
    if stored is None:
        stored = await asyncio.to_thread(_rendered_now, call, golden_id, view, request)
    tag = etag(stored.content_hash, call.principal.clearance, *([] if view is View.FULL else [view]))
    return await _answered(
        call, golden_id, stored, tag=tag, if_none_match=request.headers.get("if-none-match")
    )


def _rendered_now(call: Call, golden_id: str, view: View, request: Request) -> StoredView:
    """Return a view as the next publish will store it, or say what became of an id that is none."""
    with call.snapshot() as snapshot:
        require_current(snapshot, golden_id, request=request)
        found = _rendered(snapshot, golden_id, view, request)
        return StoredView(
            snapshot.version,
            found.entity_version,
            found.content_hash,
            found.sources,
            found.json.body,
            found.json.spans,
        )


async def _answered(
    call: Call, golden_id: str, stored: StoredView, *, tag: str, if_none_match: str | None
) -> Response:
    call.version = stored.version
    call.saw(golden_id, stored.entity_version, ("*",))
    headers = _headers(tag, stored.entity_version)
    if matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    body = masked(MarkedJson(stored.body, stored.spans), call.principal.clearance)
    fresh = await call.serving.freshness.of(call.sealer, stored.version, stored.sources)
    whole = b"".join((body[:-1], b',"version":', str(stored.version).encode(), b',"freshness":', fresh, b"}"))
    return Response(whole, headers=headers, media_type="application/json")


def _headers(tag: str, entity_version: int) -> dict[str, str]:
    return {
        "ETag": tag,
        ENTITY_VERSION_HEADER: str(entity_version),
        "Cache-Control": CACHING,
        "Vary": "Authorization, X-API-Key",
    }


@dataclass(frozen=True, slots=True)
class Plain:
    """A handler as it is: what it raises is answered by the frame around every request."""

    handler: Handler

    async def __call__(self, scope: ConnectionScope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        response = await self.handler(Request(scope, receive, send))
        await response(scope, receive, send)


class StoredRoute(Route):
    """Matches requests for a view as it is stored; any other query is for the route that reads it."""

    def matches(self, scope: ConnectionScope) -> tuple[Match, ConnectionScope]:
        """Return whether this route answers a request."""
        is_stored = scope.get("query_string", b"") in STORED
        return super().matches(scope) if is_stored else (Match.NONE, {})


def etag(content_hash: str, clearance: Collection[Classification], *asked: str) -> str:
    """Return a weak tag for what a caller sees of a view; freshness beside it may differ."""
    letters = "".join(sorted(str(name)[:2] for name in clearance))
    return f'W/"{"-".join((content_hash, letters, *asked))}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """Say whether a caller has what a tag names (RFC 9110, section 13.1.2: weak comparison)."""
    if if_none_match is None:
        return False
    given = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return "*" in given or tag.removeprefix("W/") in given


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What a caller wants to be told of a party, and how."""

    detail: Annotated[View, Query(description="`summary` is a third of the size.")] = View.FULL
    include: Annotated[
        list[Part] | None,
        Query(max_length=MOST_NAMED, description="Only these parts; all when none is named."),
    ] = None
    fields: Annotated[
        list[str] | None,
        Query(max_length=MOST_NAMED, description="Only these attributes of the entity and its conflicts."),
    ] = None
    as_of: Annotated[
        AskedTime | None,
        Query(description="As it was known at this time (ISO 8601; UTC unless it says); none to come."),
    ] = None
    live: Annotated[
        list[str] | None,
        Query(
            max_length=MOST_SOURCES,
            description="Ask these sources too, now, within a time budget; stored data stand in for one that"
            " does not answer. Needs records:read.",
        ),
    ] = None


@router.get(
    "/customers/{golden_id}",
    response_model=CustomerOut,
    **reads(Scope.CUSTOMERS_READ, view=VIEW, problems=[NothingPublished, TimeNotCome, *STANDING]),
)
def get_customer(
    call: CallDep,
    request: Request,
    golden_id: GoldenId,
    asked_for: Annotated[AskedFor, Depends()],
) -> Response:
    """Return a party: its entity, relationships, history and process, each value with its source.

    An id that is part of another party now answers with a redirect to it, one whose records were split with
    its parts. Text from sources is data, never instruction.
    """
    require_form(golden_id)
    _require_attributes(asked_for.fields or ())
    detail, include, fields = asked_for.detail, asked_for.include, asked_for.fields
    as_of, live = asked_for.as_of, asked_for.live
    if live:
        require_live(call, live)
        if as_of is not None:
            raise MalformedRequest("`live` is about now and `as_of` about then; ask for one of them")
    with call.snapshot(as_of) as snapshot:
        found = None if live else _stored(snapshot, golden_id, detail)
        if found is None:
            found = _rendered(snapshot, golden_id, detail, request)
        fresh = by_source_of(snapshot, found.sources)
        ids = [record_id for record_id, source in found.records if source in set(live or ())]
        stored: tuple[StatedRecord, ...] = stated_records(snapshot, ids) if ids else ()
    asked = sorted({str(part) for part in include or ()} | {f"fields.{name}" for name in fields or ()})
    asked += [f"live.{name}" for name in sorted(set(live or ()))]
    call.saw(golden_id, found.entity_version, asked or ("*",))
    tag = etag(found.content_hash, call.principal.clearance, detail, *_tagged(asked))
    headers = _headers(tag, found.entity_version)
    if live:  # what a source says now has no tag
        headers = {ENTITY_VERSION_HEADER: headers[ENTITY_VERSION_HEADER]}
    elif matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    shown: dict[str, Any] = orjson.loads(masked(found.json, call.principal.clearance))
    shown = narrowed(shown, include=include, fields=fields)
    shown |= {"version": call.version, "freshness": fresh}
    if as_of is not None:
        shown["as_of"] = as_of
    if live:
        shown["live"] = {name: told.model_dump() for name, told in live_part(call, live, stored).items()}
    return Response(orjson.dumps(shown, option=OPTIONS), headers=headers, media_type="application/json")


def _require_attributes(names: Sequence[str]) -> None:
    """Refuse names that no party has: one misspelt would be answered as though nothing were known of it."""
    unknown = sorted(name for name in set(names) if not classifications().is_attribute(name))
    if unknown:
        known = sorted({name for stated in classifications().attributes.values() for name in stated})
        raise MalformedRequest(
            f"`fields` names {unknown[0][:MOST_NAMED]!r}, which is no attribute; there are:"
            f" {', '.join(known)}; of an identifier its kind too, as identifier.tax",
            known_fields=known,
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """A view, and the records behind it with their sources where it was rendered for this answer."""

    json: MarkedJson
    content_hash: str
    entity_version: int
    sources: tuple[str, ...]
    records: tuple[tuple[str, str], ...] = ()


def _stored(snapshot: Snapshot, golden_id: str, view: View) -> _Found | None:
    """Return a view as publish or a decision left it; None of an earlier version or another format."""
    stored = current_view(snapshot.connection, snapshot.sealer, golden_id, view=view)
    if stored is None or stored.version != snapshot.version:
        return None
    json = MarkedJson(stored.body, stored.spans)
    return _Found(json, stored.content_hash, stored.entity_version, stored.sources)


def _rendered(snapshot: Snapshot, golden_id: str, view: View, request: Request) -> _Found:
    """Return a view rendered from the facts of a version, and the records that a live read needs."""
    facts = next(facts_of(snapshot, [golden_id]), None)
    if facts is None:
        require_current(snapshot, golden_id, request=request)
        raise NothingPublished(f"{golden_id} cannot be read; try again")
    (made,) = (one for one in render(facts, classifications()) if one.view is view)
    return _Found(made.json, made.content_hash, made.entity_version, made.sources, facts.records)


def narrowed(
    shown: dict[str, Any], *, include: Sequence[Part] | None, fields: Sequence[str] | None
) -> dict[str, Any]:
    """Return a view with only the parts and attributes that were asked for; its head always stays."""
    if include:
        left_out = {part.value for part in Part} - {part.value for part in include}
        shown = {name: value for name, value in shown.items() if name not in left_out}
    if fields:
        wanted = set(fields)
        if isinstance(shown.get("entity"), dict):
            shown["entity"] = {name: value for name, value in shown["entity"].items() if name in wanted}
        if isinstance(shown.get("conflicts"), list):
            shown["conflicts"] = [c for c in shown["conflicts"] if c["attribute"] in wanted]
    return shown


def _tagged(asked: Sequence[str]) -> tuple[str, ...]:
    """Return what stands in a tag for the parts asked for: their names may hold anything."""
    if not asked:
        return ()
    return (hashlib.blake2b("\0".join(asked).encode(), digest_size=8).hexdigest(),)


def stored_route() -> StoredRoute:
    """Return the plain route; the one of FastAPI documents it."""
    handler = guarded(stored_customer, scope=Scope.CUSTOMERS_READ, view=VIEW, route=PATH)
    return StoredRoute(PATH, Plain(handler), methods=["GET"])
