"""Reading the published part: golden records, their records, ids and freshness, at any version.

Every function takes a `Snapshot`: a connection that sees one state (`engine.reading`) and the version that is
spoken of (`version_at`), so that an answer of several parts never mixes two versions (law 7).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row
from sqlmodel import col, select

from context_api.errors import NothingPublished, UnknownParty
from context_api.store.bulk import chunked
from context_api.store.freshness import SourceFreshness
from context_api.store.golden_records import Conflict, GoldenRecord, GoldenValue
from context_api.store.identities import LedgerEntry, RedirectEntry
from context_api.store.ranges import begun_by, in_version
from context_api.store.records import PartyRecord, RecordKey
from context_api.store.sealing import VALUE, Sealer
from context_api.store.versions import Tenant, Version
from context_api.store.views import (
    FreshnessView,
    GoldenView,
    RecordView,
    Resolution,
    ResolvedId,
    Snapshot,
    StatedValue,
)


def version_at(connection: Connection, sealer: Sealer, as_of: datetime | None = None) -> Snapshot:
    """Return the version in force, or the one that was in force at a time.

    Raises:
        NothingPublished: There was none.
    """
    visible = select(Version.sequence, Version.visible_at).where(
        Version.tenant_id == sealer.tenant_id, col(Version.visible_at).is_not(None)
    )
    if as_of is None:
        pointer = select(Tenant.visible_sequence).where(Tenant.tenant_id == sealer.tenant_id)
        asked = visible.where(col(Version.sequence) == pointer.scalar_subquery())
    else:
        asked = (
            visible.where(col(Version.visible_at) <= as_of).order_by(col(Version.sequence).desc()).limit(1)
        )
    row = connection.execute(asked).first()
    if row is None:
        when = "yet" if as_of is None else f"at {as_of.isoformat()}"
        raise NothingPublished(f"no version was in force {when}; run `concord run`, or ask for a later time")
    return Snapshot(connection, sealer, row.sequence, row.visible_at)


def numbered(connection: Connection, sealer: Sealer, version: int) -> Snapshot:
    """Return a version that is or was in force, by its number.

    Raises:
        NothingPublished: There is none of that number.
    """
    row = connection.execute(
        select(Version.sequence, Version.visible_at).where(
            Version.tenant_id == sealer.tenant_id,
            Version.sequence == version,
            col(Version.visible_at).is_not(None),
        )
    ).first()
    if row is None:
        raise NothingPublished(f"there is no version {version}; /v1/versions lists those there are")
    return Snapshot(connection, sealer, row.sequence, row.visible_at)


def entity_version_of(snapshot: Snapshot, golden_id: str) -> int:
    """Return the entity version of a golden record.

    Raises:
        UnknownParty: It is none in this version.
    """
    found: int | None = snapshot.connection.execute(
        select(GoldenRecord.entity_version).where(
            in_version(GoldenRecord, snapshot.tenant_id, snapshot.version),
            GoldenRecord.golden_id == golden_id,
        )
    ).scalar_one_or_none()
    if found is None:
        raise UnknownParty(f"no golden record {golden_id} in version {snapshot.version}")
    return found


def golden_record(snapshot: Snapshot, golden_id: str) -> GoldenView:
    """Return a golden record.

    Raises:
        UnknownParty: No golden record of that id is in this version; `resolve_id` says what became of it.
    """
    head = snapshot.connection.execute(
        select(GoldenRecord.entity_version, GoldenRecord.party_type).where(
            in_version(GoldenRecord, snapshot.tenant_id, snapshot.version),
            GoldenRecord.golden_id == golden_id,
        )
    ).one_or_none()
    if head is None:
        raise UnknownParty(f"no golden record {golden_id} in version {snapshot.version}")
    return GoldenView(
        golden_id=golden_id,
        entity_version=head.entity_version,
        version=snapshot.version,
        party_type=head.party_type,
        record_ids=members(snapshot, [golden_id]),
        values=_stated(snapshot, GoldenValue, golden_id, head.entity_version),
        conflicts=_stated(snapshot, Conflict, golden_id, head.entity_version),
    )


def members(snapshot: Snapshot, golden_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of all records of some golden records, in order."""
    found: list[str] = []
    for chunk in chunked(golden_ids):
        rows = snapshot.connection.execute(
            select(LedgerEntry.record_id).where(
                in_version(LedgerEntry, snapshot.tenant_id, snapshot.version),
                col(LedgerEntry.golden_id).in_(chunk),
            )
        )
        found += [row.record_id for row in rows]
    return tuple(sorted(found))


def _stated(snapshot: Snapshot, table: Any, golden_id: str, entity_version: int) -> tuple[StatedValue, ...]:
    rows = snapshot.connection.execute(
        select(table.__table__, RecordKey.salt)
        .outerjoin(
            RecordKey,
            (col(RecordKey.tenant_id) == table.tenant_id) & (col(RecordKey.record_id) == table.record_id),
        )
        .where(
            table.tenant_id == snapshot.tenant_id,
            table.golden_id == golden_id,
            table.entity_version == entity_version,
        )
        .order_by(table.attribute, table.position)
    )
    return tuple(_stated_value(snapshot.sealer, row) for row in rows)


def _stated_value(sealer: Sealer, row: Row[Any]) -> StatedValue:
    return StatedValue(
        attribute=row.attribute,
        position=row.position,
        value=sealer.open(
            row.sealed_value, salt=row.salt, record_id=row.record_id, what=f"{VALUE}:{row.attribute}"
        ),
        record_id=row.record_id,
        source=row.source,
        observed_at=row.observed_at,
        synced_at=row.synced_at,
        rule=row.rule,
        support=row.support,
        claiming=row.claiming,
        confidence=row.confidence,
    )


def records(snapshot: Snapshot, golden_id: str) -> tuple[RecordView, ...]:
    """Return the records of a golden record, with when and why each came to it."""
    rows = snapshot.connection.execute(
        select(
            PartyRecord.record_id,
            PartyRecord.source,
            PartyRecord.object,
            PartyRecord.observed_at,
            PartyRecord.synced_at,
            LedgerEntry.change,
            LedgerEntry.cause,
            LedgerEntry.recorded_from,
        )  # type: ignore[call-overload]
        .join(
            LedgerEntry,
            (col(LedgerEntry.tenant_id) == PartyRecord.tenant_id)
            & (col(LedgerEntry.record_id) == PartyRecord.record_id),
        )
        .where(in_version(LedgerEntry, snapshot.tenant_id, snapshot.version))
        .where(in_version(PartyRecord, snapshot.tenant_id, snapshot.version))
        .where(LedgerEntry.golden_id == golden_id)
        .order_by(col(PartyRecord.record_id))
    )
    return tuple(RecordView(**row._mapping) for row in rows)


def resolve_id(snapshot: Snapshot, golden_id: str) -> ResolvedId:
    """Return what became of a golden id by this version."""
    current = in_version(LedgerEntry, snapshot.tenant_id, snapshot.version)
    connection = snapshot.connection
    once = connection.execute(
        select(LedgerEntry.record_id).where(
            LedgerEntry.tenant_id == snapshot.tenant_id,
            LedgerEntry.golden_id == golden_id,
            begun_by(LedgerEntry, snapshot.version),
        )
    ).all()
    if not once:
        return ResolvedId(Resolution.UNKNOWN, None)
    parts: set[str] = set()
    for chunk in chunked(row.record_id for row in once):
        now = select(LedgerEntry.golden_id).where(current, col(LedgerEntry.record_id).in_(chunk))
        parts |= {row.golden_id for row in connection.execute(now) if row.golden_id is not None}
    redirect = connection.execute(
        select(RedirectEntry.golden_id_to).where(
            in_version(RedirectEntry, snapshot.tenant_id, snapshot.version),
            RedirectEntry.golden_id_from == golden_id,
        )
    ).one_or_none()
    ordered = tuple(sorted(parts))
    if golden_id in parts:
        return ResolvedId(Resolution.CURRENT, golden_id, ordered)
    if redirect is not None:
        return ResolvedId(Resolution.REDIRECTED, redirect.golden_id_to, ordered)
    return ResolvedId(Resolution.SPLIT if parts else Resolution.GONE, None, ordered)


def golden_id_of(snapshot: Snapshot, record_id: str) -> str | None:
    """Return the golden record that a record belongs to, None when to none."""
    row = snapshot.connection.execute(
        select(LedgerEntry.golden_id).where(
            in_version(LedgerEntry, snapshot.tenant_id, snapshot.version),
            LedgerEntry.record_id == record_id,
        )
    ).one_or_none()
    return None if row is None else row.golden_id


def golden_ids_of(snapshot: Snapshot, record_ids: Iterable[str]) -> dict[str, str]:
    """Return the golden id of each of these records that has one."""
    found: dict[str, str] = {}
    for chunk in chunked(record_ids):
        rows = snapshot.connection.execute(
            select(LedgerEntry.record_id, LedgerEntry.golden_id).where(
                in_version(LedgerEntry, snapshot.tenant_id, snapshot.version),
                col(LedgerEntry.record_id).in_(chunk),
            )
        )
        found |= {row.record_id: row.golden_id for row in rows if row.golden_id is not None}
    return found


def freshness(snapshot: Snapshot, sources: Iterable[str] | None = None) -> tuple[FreshnessView, ...]:
    """Return the freshness of every object of the sources named, of all when none are."""
    fields = [getattr(SourceFreshness, name) for name in FreshnessView.__slots__]
    asked = (
        select(*fields)
        .where(in_version(SourceFreshness, snapshot.tenant_id, snapshot.version))
        .order_by(col(SourceFreshness.source), col(SourceFreshness.object))
    )
    if sources is not None:
        asked = asked.where(col(SourceFreshness.source).in_(sorted(sources)))
    return tuple(FreshnessView(**row._mapping) for row in snapshot.connection.execute(asked))
