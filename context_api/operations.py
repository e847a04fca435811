"""What operators ask: is it alive, can it serve, what does it count. Open but for the counts."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlmodel import col, func, select

from context_api.auth import Scope, is_here
from context_api.errors import AuditUnavailable, ScopeMissing, StoreBusy, StoreUnavailable, Unauthenticated
from context_api.metrics import CONTENT_TYPE, Metrics
from context_api.problems_schema import documented
from context_api.serving import Serving
from context_api.store.engine import newest_revision, reading
from context_api.store.versions import Tenant, Version, VersionKind

CHECK_SECONDS = 0.9  # an answer within a second, whatever hangs
SNAPSHOTS = "snapshots"
router = APIRouter(tags=["operations"])


class State(StrEnum):
    """How a part is: `degraded` serves less, `failing` serves nothing."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"


class Finding(BaseModel):
    """How one part is, and what to do about it."""

    status: State = State.OK
    advice: Annotated[str | None, Field(description="What to do, where something is.")] = None


class Readiness(BaseModel):
    """How every part is."""

    status: State
    checks: dict[str, Finding]


class Alive(BaseModel):
    """The process answers."""

    status: State = State.OK


Check: TypeAlias = Callable[[Serving], Awaitable[Finding]]


@router.get("/healthz")
async def get_health() -> Alive:
    """Say that the process is alive; asks nothing of anybody."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Readiness, "description": "It cannot serve."}})
async def get_readiness(request: Request, response: Response) -> Readiness:
    """Say whether this process can serve, part by part, with what to do."""
    checks: Mapping[str, Check] = request.app.state.checks
    found = await asyncio.gather(*(_checked(check, request.app.state.serving) for check in checks.values()))
    states = {finding.status for finding in found}
    worst = next(state for state in (State.FAILING, State.DEGRADED, State.OK) if state in states)
    if worst is State.FAILING:
        response.status_code = 503
    return Readiness(status=worst, checks=dict(zip(checks, found, strict=True)))


async def may_read_metrics(request: Request) -> None:
    """Let through a caller on this machine, or one whose key has operations:read.

    Raises:
        Unauthenticated: No valid key, from elsewhere.
        ScopeMissing: The key lacks the scope.
    """
    if is_here(request):
        return
    principal = await request.app.state.serving.keys.principal(request)
    if Scope.OPERATIONS_READ not in principal.scopes:
        raise ScopeMissing("the key needs the scope operations:read", scope=str(Scope.OPERATIONS_READ))


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {}}, "description": "Prometheus' text format."},
        **documented([Unauthenticated, ScopeMissing, StoreBusy, StoreUnavailable]),
    },
    openapi_extra={"security": [{"bearer": []}, {"header": []}, {}]},
)
def get_metrics(request: Request, _: Annotated[None, Depends(may_read_metrics)]) -> Response:
    """Tell counts and times by route template; callers on other machines need scope operations:read."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.told(), media_type=CONTENT_TYPE)


async def _checked(check: Check, serving: Serving) -> Finding:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check(serving)
    except TimeoutError:
        return Finding(
            status=State.FAILING, advice=f"no answer within {CHECK_SECONDS} s; see whether it is up"
        )


async def check_store(serving: Serving) -> Finding:
    """Find whether the store can be read and its tables are those of this release."""
    return await asyncio.to_thread(_check_store, serving)


def _check_store(serving: Serving) -> Finding:
    try:
        with reading(serving.engine) as connection:
            revision = connection.execute(
                text("select version_num from alembic_version")
            ).scalar_one_or_none()
    except StoreBusy:
        return Finding(
            status=State.FAILING, advice="another process keeps the store locked; wait for it to end"
        )
    except Exception:  # noqa: BLE001 - whatever it is, the store cannot be read; its words may name hosts
        return Finding(
            status=State.FAILING,
            advice="start the database, free its disk or mend CONCORD_STORE_URL, then try again",
        )
    if revision != newest_revision():
        return Finding(
            status=State.FAILING,
            advice="its tables are of another release; `concord serve` brings them up to date",
        )
    return Finding()


async def check_audit(serving: Serving) -> Finding:
    """Find whether the audit database takes a transaction: without it no read is answered."""
    try:
        await serving.audit.probe()
    except AuditUnavailable:
        return Finding(
            status=State.FAILING, advice="start the audit database, free its disk or mend CONCORD_AUDIT_URL"
        )
    return Finding()


async def check_version(serving: Serving) -> Finding:
    """Find whether a version is in force."""
    return await asyncio.to_thread(_check_version, serving)


def _check_version(serving: Serving) -> Finding:
    try:
        with reading(serving.engine) as connection:
            newest = connection.execute(select(func.max(Tenant.visible_sequence))).scalar_one()
    except Exception:  # noqa: BLE001 - see `_check_store`
        return Finding(status=State.FAILING, advice="the store cannot be read")
    if not newest:
        return Finding(status=State.FAILING, advice="nothing is published yet; run `concord run`")
    return Finding()


async def check_snapshot(serving: Serving) -> Finding:
    """Find whether the match snapshot of the last publish is there; without it nothing can be matched."""
    return await asyncio.to_thread(_check_snapshot, serving)


def _check_snapshot(serving: Serving) -> Finding:
    published = select(func.max(Version.sequence)).where(
        col(Version.kind) == VersionKind.PUBLISH.value, col(Version.visible_at).is_not(None)
    )
    try:
        with reading(serving.engine) as connection:
            version = connection.execute(published).scalar_one()
    except Exception:  # noqa: BLE001 - see `_check_store`
        return Finding(status=State.DEGRADED, advice="the store cannot be read")
    folder: Path = serving.settings.home / SNAPSHOTS
    if version is None or any(folder.glob(f"{version}.*")):
        return Finding()
    return Finding(
        status=State.DEGRADED, advice="the match snapshot is missing; `concord run` writes it anew"
    )


async def check_live(serving: Serving) -> Finding:
    """Find whether every source can be asked live; stored data stand in for one that rests."""
    resting = await serving.live.resting()
    if not resting:
        return Finding()
    return Finding(
        status=State.DEGRADED,
        advice=f"live reads of {', '.join(resting)} fail, stored data answer; see whether the source is up",
    )


CHECKS: Mapping[str, Check] = {
    "store": check_store,
    "audit": check_audit,
    "version": check_version,
    "snapshot": check_snapshot,
    "live": check_live,
}
