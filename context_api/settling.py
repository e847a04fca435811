"""Settling: the only writer of the published part of the context store.

A decision is written, its component loaded, settled in the small form and what changed written, all in
one transaction that becomes a version of its own. A publish (`settling_publish`) stages its rows out of
sight and takes the writer only for short batches; at its end `settle_again` brings it up to the decisions
that were made meanwhile, in the transaction that moves the version pointer.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, update
from sqlmodel import col, select

from context_api.errors import (
    ContradictoryDecision,
    NothingPublished,
    UnknownDecision,
    UnknownRecord,
)
from context_api.settling_small import Outcome, settle_stored, terms_of_version
from context_api.settling_views import render_anew
from context_api.settling_write import Writing, write_outcome
from context_api.store import components
from context_api.store.components import ComponentTooLarge, load_component
from context_api.store.deciding import decisions_beside
from context_api.store.decisions import DecisionEntry, Verdict
from context_api.store.engine import is_sqlite, reading, writing
from context_api.store.ranges import in_version
from context_api.store.records import PartyRecord
from context_api.store.sealing import Sealer
from context_api.store.versions import Tenant, Version, VersionKind, VersionStatus
from context_api.store.views import Snapshot
from resolution.decisions import Decision, refuse_contradictions
from resolution.domain.errors import DecisionConflict

DECIDED = "decision {}"  # what the ledger calls the cause
UNDONE = "decision {} undone"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a steward says of a pair, and why; `valid_from` where it is known since when it is true."""

    left: str
    right: str
    verdict: Verdict
    author: str
    reason: str
    valid_from: datetime | None = None

    def pair(self) -> tuple[str, str]:
        """Return the records in order."""
        return (self.left, self.right) if self.left < self.right else (self.right, self.left)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that is in force or was undone: the version that shows it and what changed.

    `is_pending` says that too many records are tied together to settle now: the next publish does it,
    and `version` is the one that stays in force until then.
    """

    sequence: int
    version: int
    golden_ids: frozenset[str]
    is_pending: bool = False


def decide(engine: Engine, sealer: Sealer, ruling: Ruling, *, now: datetime) -> Decided:
    """Write a decision and all that follows from it, in one transaction.

    Raises:
        UnknownRecord: A record of the pair is not live, or one is a person and the other is not.
        ContradictoryDecision: Decisions in force say otherwise; the message holds the chain.
        NothingPublished: There is nothing to decide about yet.
    """
    with writing(engine) as connection:
        tenant = lock_tenant(connection, sealer.tenant_id)
        left, right = _checked(connection, ruling, tenant=tenant)
        sequence = tenant.decision_sequence + 1
        _supersede_equal(connection, ruling, tenant=tenant, now=now, sequence=sequence)
        connection.execute(
            insert(DecisionEntry),
            {
                "tenant_id": tenant.tenant_id,
                "sequence": sequence,
                "record_id_l": left,
                "record_id_r": right,
                "verdict": str(ruling.verdict),
                "author": ruling.author,
                "reason": ruling.reason,
                "decided_at": now,
                "valid_from": ruling.valid_from,
            },
        )
        change = _Change(sequence, (left, right), DECIDED.format(sequence), now, ruling.valid_from)
        if ruling.verdict is Verdict.DEFER:
            return _settle_later(connection, change, tenant=tenant, is_pending=False)
        return _settle_now(connection, sealer, change, tenant=tenant)


def undo(
    engine: Engine, sealer: Sealer, sequence: int, *, author: str, reason: str, now: datetime
) -> Decided:
    """Take a decision back: what settling gives today without it, in one transaction.

    Raises:
        UnknownDecision: No decision of that number is in force.
    """
    with writing(engine) as connection:
        tenant = lock_tenant(connection, sealer.tenant_id)
        row = connection.execute(
            select(DecisionEntry.record_id_l, DecisionEntry.record_id_r).where(
                DecisionEntry.tenant_id == tenant.tenant_id,
                DecisionEntry.sequence == sequence,
                col(DecisionEntry.superseded_at).is_(None),
            )
        ).one_or_none()
        if row is None:
            raise UnknownDecision(f"decision {sequence} is not in force; it was undone or never made")
        undone = tenant.decision_sequence + 1
        connection.execute(
            update(DecisionEntry)
            .where(col(DecisionEntry.tenant_id) == tenant.tenant_id, col(DecisionEntry.sequence) == sequence)
            .values(
                superseded_at=now,
                superseded_by=author,
                superseded_reason=reason,
                superseded_sequence=undone,
            )
        )
        pair = (row.record_id_l, row.record_id_r)
        change = _Change(undone, pair, UNDONE.format(sequence), now)
        return _settle_now(connection, sealer, change, tenant=tenant)


def what_if(engine: Engine, sealer: Sealer, ruling: Ruling, *, now: datetime) -> Outcome:
    """Return what a decision would come to; writes nothing and holds no lock.

    Raises:
        UnknownRecord: See `decide`.
        ContradictoryDecision: See `decide`.
        ComponentTooLarge: Too many records are tied together to say at once.
    """
    with reading(engine) as connection:
        tenant = _tenant(connection, sealer.tenant_id)
        pair = _checked(connection, ruling, tenant=tenant)
        supposed = (
            () if ruling.verdict is Verdict.DEFER else (Decision(*pair, ruling.verdict is Verdict.MATCH),)
        )
        component = load_component(
            connection,
            tenant.tenant_id,
            version=tenant.visible_sequence,
            start=pair,
            most=components.MOST_RECORDS,
            supposed=supposed,
        )
        terms = terms_of_version(
            connection, tenant.tenant_id, version=tenant.visible_sequence, now=now, cause="what if"
        )
        return settle_stored(component, terms, sealer)


def lock_tenant(connection: Connection, tenant_id: str) -> Tenant:
    """Return the tenant's row, locked: whoever moves the version pointer goes one after the other."""
    return _tenant(connection, tenant_id, is_locked=not is_sqlite(connection))


def _tenant(connection: Connection, tenant_id: str, *, is_locked: bool = False) -> Tenant:
    asked = select(Tenant.__table__).where(Tenant.tenant_id == tenant_id)  # type: ignore[attr-defined]
    row = connection.execute(asked.with_for_update() if is_locked else asked).mappings().one_or_none()
    if row is None or row["visible_sequence"] == 0:
        raise NothingPublished("nothing is published yet; run `concord run` first")
    return Tenant(**row)


def _checked(connection: Connection, ruling: Ruling, *, tenant: Tenant) -> tuple[str, str]:
    """Return the pair in order, once it is found fit to be decided."""
    left, right = ruling.pair()
    if left == right:
        raise UnknownRecord(f"{left} is compared with itself; name two records")
    live = select(PartyRecord.record_id, PartyRecord.party_type).where(
        in_version(PartyRecord, tenant.tenant_id, tenant.visible_sequence),
        col(PartyRecord.record_id).in_([left, right]),
        col(PartyRecord.is_deleted).is_(False),
    )
    types = {row.record_id: row.party_type for row in connection.execute(live)}
    lacking = [record for record in (left, right) if record not in types]
    if lacking:
        raise UnknownRecord(f"no live record {' and no '.join(lacking)}; name records as source:object:id")
    if ruling.verdict is Verdict.MATCH and types[left] != types[right]:
        raise UnknownRecord(
            f"{left} is a {types[left]} and {right} a {types[right]}; they cannot be one party"
        )
    if ruling.verdict is not Verdict.DEFER:
        given = Decision(left, right, ruling.verdict is Verdict.MATCH)
        try:
            refuse_contradictions([*decisions_beside(connection, tenant.tenant_id, (left, right)), given])
        except DecisionConflict as error:
            raise ContradictoryDecision(str(error)) from error
    return left, right


def _supersede_equal(
    connection: Connection, ruling: Ruling, *, tenant: Tenant, now: datetime, sequence: int
) -> None:
    """Let a decision take the place of an equal or deferring one on the same pair."""
    left, right = ruling.pair()
    connection.execute(
        update(DecisionEntry)
        .where(
            col(DecisionEntry.tenant_id) == tenant.tenant_id,
            col(DecisionEntry.record_id_l) == left,
            col(DecisionEntry.record_id_r) == right,
            col(DecisionEntry.verdict).in_([str(ruling.verdict), str(Verdict.DEFER)]),
            col(DecisionEntry.superseded_at).is_(None),
        )
        .values(
            superseded_at=now,
            superseded_by=ruling.author,
            superseded_reason=ruling.reason,
            superseded_sequence=sequence,
        )
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """A decision made or taken back."""

    sequence: int
    pair: tuple[str, str]
    cause: str
    now: datetime
    valid_from: datetime | None = None


def _settle_now(connection: Connection, sealer: Sealer, change: _Change, *, tenant: Tenant) -> Decided:
    """Settle the component of a pair in a new version and make that visible."""
    tenant_id, before = tenant.tenant_id, tenant.visible_sequence
    version = before + 1
    try:
        component = load_component(
            connection, tenant_id, version=version, start=change.pair, most=components.MOST_RECORDS
        )
    except ComponentTooLarge:
        return _settle_later(connection, change, tenant=tenant, is_pending=True)
    terms = terms_of_version(connection, tenant_id, version=before, now=change.now, cause=change.cause)
    outcome = settle_stored(component, terms, sealer)
    writing = Writing(connection, tenant_id, version, sealer, change.valid_from)
    changed = write_outcome(writing, component, outcome)
    render_anew(writing, Snapshot(connection, sealer, version, change.now), changed)
    supersede(connection, tenant_id, before)
    model_id = select(Version.model_id).where(Version.tenant_id == tenant_id, Version.sequence == before)
    connection.execute(
        insert(Version),
        {
            "tenant_id": tenant_id,
            "sequence": version,
            "kind": VersionKind.DECISION.value,
            "status": VersionStatus.VISIBLE.value,
            "model_id": connection.execute(model_id).scalar_one(),
            "decision_sequence": change.sequence,
            "ledger_sequence": before,
            "counts_json": f'{{"changed_golden_records": {len(changed)}}}',
            "created_at": change.now,
            "visible_at": change.now,
        },
    )
    connection.execute(
        update(Tenant)
        .where(col(Tenant.tenant_id) == tenant_id)
        .values(decision_sequence=change.sequence, visible_sequence=version)
    )
    connection.execute(
        update(DecisionEntry)
        .where(
            col(DecisionEntry.tenant_id) == tenant_id,
            col(DecisionEntry.sequence) == change.sequence,
        )
        .values(settled_in=version)
    )
    return Decided(change.sequence, version, changed)


def _settle_later(connection: Connection, change: _Change, *, tenant: Tenant, is_pending: bool) -> Decided:
    """Note a decision that changes nothing now."""
    connection.execute(
        update(Tenant)
        .where(col(Tenant.tenant_id) == tenant.tenant_id)
        .values(decision_sequence=change.sequence)
    )
    return Decided(change.sequence, tenant.visible_sequence, frozenset(), is_pending=is_pending)


def supersede(connection: Connection, tenant_id: str, version: int) -> None:
    """Note that a version is no longer the one in force; it stays readable by time."""
    connection.execute(
        update(Version)
        .where(col(Version.tenant_id) == tenant_id, col(Version.sequence) == version)
        .values(status=VersionStatus.SUPERSEDED.value)
    )
