"""Routes of slices: each needs a scope, leaves an audit entry, and documents how it can fail.

    router = slice_router("customers")

    @router.get("/versions", **reads(Scope.CUSTOMERS_READ, view="versions", problems=[NothingPublished]))
    def get_versions(call: CallDep, page: PageDep) -> VersionsPage:
        with call.snapshot() as snapshot: ...

A handler is a plain function and runs in a thread. What it tells of golden records it notes with
`call.saw(…)`: it becomes the read receipt, committed before the answer is sent. A route that declares nothing
cannot be made.
"""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute

from context_api import errors
from context_api.audit.entries import Entry, Receipt
from context_api.auth import Principal, Scope
from context_api.json_bodies import require_json
from context_api.problems import problem_of
from context_api.problems_schema import documented
from context_api.request_context import RequestContext
from context_api.serving import Serving
from context_api.store.engine import reading
from context_api.store.reading import numbered, version_at
from context_api.store.sealing import Sealer
from context_api.store.views import Snapshot

LONGEST_NAME = 50  # of an unknown parameter, as it is told back
VERSION_HEADER = "Concord-Version"
CLOCKS_DIFFER = timedelta(minutes=1)  # between who asks, who publishes and who answers
SCOPE_KEY, VIEW_KEY = "x-concord-scope", "x-concord-view"
ALWAYS = (
    errors.MalformedRequest,
    errors.Unauthenticated,
    errors.ScopeMissing,
    errors.Overloaded,
    errors.AuditUnavailable,
    errors.StoreBusy,
    errors.StoreUnavailable,
)
Handler: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(slots=True)
class Call:
    """One authenticated request: who asks, in which context, and what the answer was made of so far."""

    serving: Serving
    principal: Principal
    context: RequestContext
    route: str
    view: str
    version: int | None = None
    receipts: list[Receipt] = field(default_factory=list)

    @contextmanager
    def snapshot(self, as_of: datetime | None = None) -> Iterator[Snapshot]:
        """Yield the version in force, or that of a time, of the caller's tenant.

        Raises:
            NothingPublished: There is none.
            UnknownParty: There was none yet at that time.
            TimeNotCome: That time lies ahead: what is known then may be another answer.
        """
        now = self.serving.now()
        if as_of is not None and as_of > now + CLOCKS_DIFFER:
            raise errors.TimeNotCome(
                f"{as_of.isoformat()} has not come, it is {now.isoformat(timespec='seconds')} now; leave"
                " `as_of` out for what is known today",
                now=now,
            )
        with reading(self.serving.engine) as connection:
            try:
                found = version_at(connection, self.serving.sealer(self.principal.tenant_id), as_of)
            except errors.NothingPublished as error:
                if as_of is None:
                    raise
                raise errors.UnknownParty(
                    f"nobody was known at {as_of.isoformat()}: nothing was published yet; ask for a later"
                    " time, /v1/versions lists since when"
                ) from error
            self.version = found.version
            yield found

    def turn_to(self, snapshot: Snapshot, version: int) -> Snapshot:
        """Return another version on the connection of a snapshot: that which the first page told of.

        Raises:
            NothingPublished: There is none of that number.
        """
        found = numbered(snapshot.connection, snapshot.sealer, version)
        self.version = found.version
        return found

    @property
    def sealer(self) -> Sealer:
        """What opens the values of the caller's tenant."""
        return self.serving.sealer(self.principal.tenant_id)

    def saw(self, golden_id: str, entity_version: int, facts: Sequence[str]) -> None:
        """Note that the answer tells these fields or sections of a golden record."""
        self.receipts.append(Receipt(golden_id, entity_version, tuple(facts)))

    def entry(self, status: int) -> Entry:
        """Return the audit entry of an answer; an error tells nothing of golden records."""
        return Entry(
            tenant_id=self.principal.tenant_id,
            caller=self.principal.service_account,
            key_id=self.principal.key_id,
            route=self.route,
            view=self.view,
            status=status,
            request_id=self.context.request_id,
            correlation_id=self.context.correlation_id,
            at=self.serving.now().isoformat(),
            version=self.version,
            purpose=self.context.purpose,
            on_behalf_of=self.context.on_behalf_of,
            receipts=tuple(self.receipts) if status < 400 else (),
        )


def current_call(request: Request) -> Call:
    """Return the call that a request is."""
    call: Call = request.state.call
    return call


CallDep = Annotated[Call, Depends(current_call)]


def guarded(handler: Handler, *, scope: str, view: str, route: str) -> Handler:
    """Return a handler for callers with a scope, whose answers wait for their audit entry."""

    async def handle(request: Request) -> Response:
        serving: Serving = request.app.state.serving
        principal = await serving.keys.principal(request)
        call = request.state.call = Call(serving, principal, request.state.context, route, view)
        try:
            if scope not in principal.scopes:
                raise errors.ScopeMissing(
                    f"the key needs the scope {scope}; ask for one that has it", scope=scope
                )
            response = await handler(request)
        except Exception as error:
            await serving.audit.record(call.entry(problem_of(error).status))
            raise
        await serving.audit.record(call.entry(response.status_code))
        if call.version is not None:
            response.headers[VERSION_HEADER] = str(call.version)
        return response

    return handle


class GuardedRoute(APIRoute):
    """A route behind `guarded`; made with `reads`, or not at all."""

    def get_route_handler(self) -> Handler:
        """Return the handler of the route behind its guard."""
        declared = self.openapi_extra or {}
        stated = get_flat_params(self.dependant)
        known = frozenset(found.alias for found in stated if isinstance(found.field_info, Query))
        handler = _knowing(super().get_route_handler(), known, has_body=self.body_field is not None)
        return guarded(handler, scope=declared[SCOPE_KEY], view=declared[VIEW_KEY], route=self.path)


def _knowing(handler: Handler, known: frozenset[str], *, has_body: bool) -> Handler:
    """Return a handler that refuses other parameters: a misspelt one would change nothing, unseen.

    And, where a body is read, one that is no JSON.
    """

    async def handle(request: Request) -> Response:
        unknown = sorted(request.query_params.keys() - known)
        if unknown:
            told = ", ".join(sorted(known)) if known else "none"
            raise errors.MalformedRequest(
                f"there is no parameter {unknown[0][:LONGEST_NAME]!r} here; there are: {told}",
                known_parameters=sorted(known),
            )
        if has_body:
            await require_json(request)
        return await handler(request)

    return handle


def reads(scope: Scope, *, view: str, problems: Sequence[type[errors.ContextError]] = ()) -> dict[str, Any]:
    """Return how a route is declared: its scope, its view in the audit, the errors it may answer with."""
    return {
        "responses": documented([*ALWAYS, *problems]),
        "openapi_extra": {
            SCOPE_KEY: str(scope),
            VIEW_KEY: view,
            "security": [{"bearer": []}, {"header": []}],
        },
    }


def slice_router(noun: str) -> APIRouter:
    """Return a router for the routes of a slice, under /v1."""
    return APIRouter(prefix="/v1", tags=[noun], route_class=GuardedRoute)
