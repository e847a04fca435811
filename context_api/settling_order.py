"""The order of results: an older one never replaces a newer one (DESIGN.md, section 4)."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_
from sqlmodel import col, select

from context_api.errors import StaleResult
from context_api.store.versions import Tenant, Version, VersionKind, VersionStatus


@dataclass(frozen=True, slots=True)
class Base:
    """What a result was settled on: the visible version and the last decision then.

    `confirmed` is the last publish that had ended by then, one that changed nothing included.
    """

    version: int
    decision_sequence: int
    confirmed: int = 0


def refuse_stale(connection: Connection, tenant: Tenant, base: Base) -> None:
    """Refuse a result when a newer one was published after what it was settled on.

    Raises:
        StaleResult: It was.
    """
    newer = connection.execute(
        select(Version.sequence).where(
            Version.tenant_id == tenant.tenant_id,
            Version.sequence > max(base.version, base.confirmed),
            Version.kind == VersionKind.PUBLISH.value,
            ended(),
        )
    ).first()
    if newer is not None:
        raise StaleResult(
            f"version {newer[0]} was published after this result's data were read; run again: an older"
            " result never replaces a newer one"
        )


def ended() -> ColumnElement[bool]:
    """Return the condition under which a publish ended well: it became visible, or changed nothing."""
    return or_(col(Version.visible_at).is_not(None), col(Version.status) == VersionStatus.UNCHANGED.value)


def last_confirmed(connection: Connection, tenant_id: str) -> int:
    """Return the sequence of the last publish that ended well, 0 when none did."""
    asked = select(func.max(Version.sequence)).where(
        Version.tenant_id == tenant_id, Version.kind == VersionKind.PUBLISH.value, ended()
    )
    return connection.execute(asked).scalar_one() or 0
