"""The end of a publish: what decisions changed while it was staged is settled again, on what it staged.

Part of `settling`; runs in the transaction that makes the staged version visible.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_
from sqlmodel import col, select

from context_api.errors import StaleResult
from context_api.settling_small import settle_stored, terms_of_version
from context_api.settling_views import render_anew, views_since
from context_api.settling_write import Writing, drop_staged, write_outcome
from context_api.store import components
from context_api.store.components import (
    ComponentTooLarge,
    StoredComponent,
    companions,
    load_component,
)
from context_api.store.decisions import DecisionEntry
from context_api.store.identities import LedgerEntry
from context_api.store.sealing import Sealer
from context_api.store.versions import Tenant, Version
from context_api.store.views import Snapshot
from resolution.domain.ids import seed_id

CAUSE = "run"  # decisions have their own causes; what is written here is the run's part


def settle_again(
    connection: Connection, sealer: Sealer, *, tenant: Tenant, base: int, now: datetime
) -> frozenset[str]:
    """Settle the components that decisions touched after `base`, in the staged version.

    Returns:
        The golden ids whose golden records differ from those in force.

    Raises:
        StaleResult: One of them is too large to be settled while the store's writer is held.
    """
    version = tenant.staged_sequence
    if version is None:
        raise AssertionError("only a staged version is settled again")
    start = _touched(connection, tenant, base=base, version=version)
    if not start:
        return frozenset()
    _refuse_large(connection, tenant, start, version=version)
    before = views_since(connection, tenant.tenant_id, base=base, until=tenant.visible_sequence)
    writing = Writing(connection, tenant.tenant_id, version, sealer)
    drop_staged(writing, _spread(connection, tenant, start, version=version))
    component = load_component(connection, tenant.tenant_id, version=version, start=start)
    terms = terms_of_version(connection, tenant.tenant_id, version=version, now=now, cause=CAUSE)
    changed = write_outcome(writing, component, settle_stored(component, terms, sealer))
    ids = {row.golden_id for row in component.ledger.rows if row.golden_id is not None}
    ids |= {seed_id(record) for record in component.records}
    snapshot = Snapshot(connection, sealer, version, now)
    render_anew(writing, snapshot, before | ids | changed, is_known=False)
    return changed


def _refuse_large(connection: Connection, tenant: Tenant, start: set[str], *, version: int) -> None:
    """Refuse when the records of one component are too many; many small components are not."""
    seen: set[str] = set()
    for record in sorted(start):
        if record in seen:
            continue
        try:
            component = load_component(
                connection, tenant.tenant_id, version=version, start=[record], most=components.MOST_RECORDS
            )
        except ComponentTooLarge as error:
            raise StaleResult(
                f"while this version was staged, something was decided about {record}, which is tied to over"
                f" {components.MOST_RECORDS} records; run again to settle them: the last version is in force"
            ) from error
        seen |= component.records.keys()


def _touched(connection: Connection, tenant: Tenant, *, base: int, version: int) -> set[str]:
    """Return the records of decisions made or undone since, and those that these moved."""
    since = select(Version.decision_sequence).where(
        Version.tenant_id == tenant.tenant_id, Version.sequence == version
    )
    decided = connection.execute(since).scalar_one()
    superseded: Any = col(DecisionEntry.superseded_sequence)
    pairs = connection.execute(
        select(DecisionEntry.record_id_l, DecisionEntry.record_id_r).where(
            DecisionEntry.tenant_id == tenant.tenant_id,
            or_(col(DecisionEntry.sequence) > decided, superseded > decided),
        )
    ).all()
    moved = connection.execute(
        select(LedgerEntry.record_id).where(
            LedgerEntry.tenant_id == tenant.tenant_id,
            LedgerEntry.published_from > base,
            LedgerEntry.published_from <= tenant.visible_sequence,
        )
    ).all()
    return {record for pair in pairs for record in pair} | {row[0] for row in moved}


def _spread(connection: Connection, tenant: Tenant, start: set[str], *, version: int) -> StoredComponent:
    """Return the component as staged, with everybody who shares a golden record in force with it."""
    reached = set(start)
    while True:
        component = load_component(connection, tenant.tenant_id, version=version, start=reached)
        known = {*component.records, *component.gone, *reached}
        known |= {row.record_id for row in component.ledger.rows}
        beside = set(companions(connection, tenant.tenant_id, version=tenant.visible_sequence, ids=known))
        if beside <= known:
            return component
        reached = known | beside
