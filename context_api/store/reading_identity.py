"""Reading who is who: what records state, why they are one party, and how that came to be."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select

from context_api.store.bulk import chunked
from context_api.store.components import StoredRecord, claims_of
from context_api.store.decisions import DecisionEntry
from context_api.store.identities import LedgerEntry, RedirectEntry
from context_api.store.links import Link
from context_api.store.ranges import begun_by, in_version
from context_api.store.records import PartyRecord, RecordKey
from context_api.store.views import Snapshot
from resolution.domain.claims import AttributeClaim

MOST_LINKS = 500  # of one party in an answer; the strongest come first


@dataclass(frozen=True, slots=True)
class StatedRecord:
    """A party record and all that it states; nothing where it was erased."""

    record_id: str
    source: str
    object: str
    party_type: str
    observed_at: datetime | None
    synced_at: datetime | None
    is_deleted: bool
    is_erased: bool
    claims: tuple[AttributeClaim, ...]


@dataclass(frozen=True, slots=True)
class LinkView:
    """Why two records are, or are not, one party, as the model sees it: level and weight by comparison."""

    record_id_l: str
    record_id_r: str
    match_weight: float
    match_probability: float
    method: str
    rule: str | None
    veto: str | None
    band: str
    evidence: Mapping[str, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What a steward said of two records, in force."""

    sequence: int
    record_id_l: str
    record_id_r: str
    verdict: str
    author: str
    reason: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay of a record in a golden record, None while it was in none; open where `recorded_to` is None."""

    record_id: str
    golden_id: str | None
    change: str
    cause: str
    recorded_from: datetime
    recorded_to: datetime | None
    valid_from: datetime | None
    version: int


def stated_records(snapshot: Snapshot, record_ids: Iterable[str]) -> tuple[StatedRecord, ...]:
    """Return records as this version has them, in order of their ids."""
    found: list[StatedRecord] = []
    for chunk in chunked(record_ids):
        rows = snapshot.connection.execute(
            select(PartyRecord.__table__, RecordKey.salt)  # type: ignore[attr-defined]
            .outerjoin(
                RecordKey,
                (col(RecordKey.tenant_id) == PartyRecord.tenant_id)
                & (col(RecordKey.record_id) == PartyRecord.record_id),
            )
            .where(in_version(PartyRecord, snapshot.tenant_id, snapshot.version))
            .where(col(PartyRecord.record_id).in_(chunk))
        )
        found += [_stated(snapshot, row) for row in rows]
    return tuple(sorted(found, key=lambda record: record.record_id))


def _stated(snapshot: Snapshot, row: Any) -> StatedRecord:
    stored = StoredRecord(
        record_id=row.record_id,
        source=row.source,
        party_type=row.party_type,
        observed_at=row.observed_at,
        synced_at=row.synced_at,
        salt=row.salt,
        sealed_claims=row.sealed_claims,
    )
    return StatedRecord(
        record_id=row.record_id,
        source=row.source,
        object=row.object,
        party_type=row.party_type,
        observed_at=row.observed_at,
        synced_at=row.synced_at,
        is_deleted=row.is_deleted,
        is_erased=row.salt is None,
        claims=tuple(claims_of(stored, snapshot.sealer)),
    )


def links_among(snapshot: Snapshot, record_ids: Iterable[str]) -> tuple[LinkView, ...]:
    """Return the links between these records, strongest first."""
    records = set(record_ids)
    found: list[LinkView] = []
    for chunk in chunked(records):
        rows = snapshot.connection.execute(
            select(Link.__table__).where(  # type: ignore[attr-defined]
                in_version(Link, snapshot.tenant_id, snapshot.version), col(Link.record_id_l).in_(chunk)
            )
        )
        found += [_link(row) for row in rows if row.record_id_r in records]
    found.sort(key=lambda link: (-link.match_weight, link.record_id_l, link.record_id_r))
    return tuple(found[:MOST_LINKS])


def _link(row: Any) -> LinkView:
    evidence = json.loads(row.evidence_json)
    return LinkView(
        record_id_l=row.record_id_l,
        record_id_r=row.record_id_r,
        match_weight=row.match_weight,
        match_probability=row.match_probability,
        method=row.method,
        rule=row.rule,
        veto=row.veto,
        band=row.band,
        evidence={name: (level, weight) for name, (level, weight) in evidence.items()},
    )


def decisions_among(snapshot: Snapshot, record_ids: Iterable[str]) -> tuple[DecisionView, ...]:
    """Return the decisions in force that name any of these records."""
    found: dict[int, DecisionView] = {}
    for chunk in chunked(record_ids):
        left, right = col(DecisionEntry.record_id_l), col(DecisionEntry.record_id_r)
        rows = snapshot.connection.execute(
            select(*(getattr(DecisionEntry, name) for name in DecisionView.__slots__)).where(
                DecisionEntry.tenant_id == snapshot.tenant_id,
                col(DecisionEntry.superseded_at).is_(None),
                or_(left.in_(chunk), right.in_(chunk)),
            )
        )
        found |= {row.sequence: DecisionView(**row._mapping) for row in rows}
    return tuple(found[sequence] for sequence in sorted(found))


def stays_of_party(snapshot: Snapshot, golden_id: str) -> tuple[Stay, ...]:
    """Return every stay in a golden record, and where its records went or came from, oldest first."""
    once = snapshot.connection.execute(
        select(LedgerEntry.record_id)
        .where(LedgerEntry.tenant_id == snapshot.tenant_id, LedgerEntry.golden_id == golden_id)
        .where(begun_by(LedgerEntry, snapshot.version))
        .distinct()
    )
    return stays_of_records(snapshot, [row.record_id for row in once])


def stays_of_records(snapshot: Snapshot, record_ids: Iterable[str]) -> tuple[Stay, ...]:
    """Return every stay of some records up to this version, oldest first."""
    found: list[Stay] = []
    for chunk in chunked(record_ids):
        rows = snapshot.connection.execute(
            select(LedgerEntry.__table__)  # type: ignore[attr-defined]
            .where(LedgerEntry.tenant_id == snapshot.tenant_id, col(LedgerEntry.record_id).in_(chunk))
            .where(begun_by(LedgerEntry, snapshot.version))
        )
        found += [_stay(row, snapshot.version) for row in rows]
    return tuple(sorted(found, key=lambda stay: (stay.version, stay.record_id)))


def _stay(row: Any, version: int) -> Stay:
    is_open = row.published_to is None or row.published_to > version
    return Stay(
        record_id=row.record_id,
        golden_id=row.golden_id,
        change=row.change,
        cause=row.cause,
        recorded_from=row.recorded_from,
        recorded_to=None if is_open else row.recorded_to,
        valid_from=row.valid_from,
        version=row.published_from,
    )


def redirects_to(snapshot: Snapshot, golden_id: str) -> tuple[str, ...]:
    """Return the ids that this one stands for besides itself."""
    rows = snapshot.connection.execute(
        select(RedirectEntry.golden_id_from).where(
            in_version(RedirectEntry, snapshot.tenant_id, snapshot.version),
            RedirectEntry.golden_id_to == golden_id,
        )
    )
    return tuple(sorted(row.golden_id_from for row in rows))
