"""One component of the store: everything that settles together, read as it stands in a version.

A component holds all records that joining links, matching decisions and shared golden records tie
together, so that nothing outside it can matter to what it comes to (DESIGN.md, section 4).
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row
from sqlmodel import col, select

from context_api.store.bulk import chunked
from context_api.store.deciding import decisions_in_force
from context_api.store.identities import LedgerEntry, RedirectEntry
from context_api.store.links import Link
from context_api.store.ranges import begun_by, in_version
from context_api.store.records import PartyRecord, RecordKey
from context_api.store.sealing import CLAIMS, Sealer
from resolution.decisions import Decision
from resolution.domain.claims import AttributeClaim
from resolution.domain.ids import seed_id
from resolution.domain.ledger import Change, Ledger, LedgerRow, Redirect

MOST_RECORDS = 2_000  # a larger component is settled by the next publish (DESIGN.md, section 4)


class ComponentTooLarge(Exception):
    """More records are tied together than may be settled while somebody waits."""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A live party record as a component needs it."""

    record_id: str
    source: str
    party_type: str
    observed_at: datetime | None
    synced_at: datetime | None
    salt: bytes | None
    sealed_claims: bytes


@dataclass(frozen=True, slots=True)
class StoredComponent:
    """All that settling a component needs; `gone` were members and are no longer live."""

    version: int
    records: Mapping[str, StoredRecord]
    gone: frozenset[str]
    links: Sequence[Row[Any]]
    decisions: Sequence[Decision]
    ledger: Ledger


def load_component(
    connection: Connection,
    tenant_id: str,
    *,
    version: int,
    start: Iterable[str],
    most: int | None = None,
    supposed: Sequence[Decision] = (),
) -> StoredComponent:
    """Return the component of some records as it stands in a version, under the decisions in force.

    `supposed` are decisions that count as if they were made.

    Raises:
        ComponentTooLarge: It has over `most` records.
    """
    decided = _Decided(connection, tenant_id, supposed)
    members: dict[str, StoredRecord] = {}
    gone: set[str] = set()
    frontier = set(start)
    while frontier:
        found = {r.record_id: r for r in _records(connection, tenant_id, version=version, ids=frontier)}
        members |= found
        gone |= frontier - found.keys()
        if most is not None and len(members) > most:
            raise ComponentTooLarge(f"over {most} records are tied together")
        reached = set(companions(connection, tenant_id, version=version, ids=frontier))
        reached |= decided.tied(found)
        for link in _links(connection, tenant_id, version=version, ids=found):
            if decided.joins(link):
                reached |= {link.record_id_l, link.record_id_r}
        frontier = reached - members.keys() - gone
    links = {
        (link.record_id_l, link.record_id_r): link
        for link in _links(connection, tenant_id, version=version, ids=members)
        if link.record_id_l in members and link.record_id_r in members
    }
    ledger = load_ledger(connection, tenant_id, version=version, records={*members, *gone})
    live = ledger.membership()
    return StoredComponent(
        version=version,
        records=members,
        gone=frozenset(record for record in gone if record in live),
        links=[links[pair] for pair in sorted(links)],
        decisions=decided.among(members),
        ledger=ledger,
    )


class _Decided:
    """The decisions in force, found for the records that a walk comes by."""

    def __init__(self, connection: Connection, tenant_id: str, supposed: Iterable[Decision]) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._verdicts = {(d.left, d.right): d.is_match for d in supposed}
        self._asked: set[str] = set()

    def tied(self, records: Collection[str]) -> set[str]:
        """Return the records that matches tie to these."""
        self._ask(records)
        pairs = (pair for pair, is_match in self._verdicts.items() if is_match)
        return {other for pair in pairs if pair[0] in records or pair[1] in records for other in pair}

    def joins(self, link: Row[Any]) -> bool:
        """Say whether a link ties its records, a decision on the pair outweighing its band."""
        verdict = self._verdicts.get((link.record_id_l, link.record_id_r))
        return bool(link.band == "match") if verdict is None else verdict

    def among(self, records: Collection[str]) -> list[Decision]:
        """Return the decisions on pairs of these records."""
        return [
            Decision(left, right, is_match)
            for (left, right), is_match in sorted(self._verdicts.items())
            if left in records and right in records
        ]

    def _ask(self, records: Collection[str]) -> None:
        unknown = set(records) - self._asked
        for decision in decisions_in_force(self._connection, self._tenant_id, unknown):
            self._verdicts.setdefault((decision.left, decision.right), decision.is_match)
        self._asked |= set(records)


def _records(
    connection: Connection, tenant_id: str, *, version: int, ids: Iterable[str]
) -> Iterator[StoredRecord]:
    for chunk in chunked(ids):
        rows = connection.execute(
            select(
                PartyRecord.record_id,
                PartyRecord.source,
                PartyRecord.party_type,
                PartyRecord.observed_at,
                PartyRecord.synced_at,
                RecordKey.salt,
                PartyRecord.sealed_claims,
            )  # type: ignore[call-overload]
            .join(
                RecordKey,
                (col(RecordKey.tenant_id) == PartyRecord.tenant_id)
                & (col(RecordKey.record_id) == PartyRecord.record_id),
            )
            .where(in_version(PartyRecord, tenant_id, version), col(PartyRecord.record_id).in_(chunk))
            .where(col(PartyRecord.is_deleted).is_(False))
        )
        for row in rows:
            yield StoredRecord(**row._mapping)


def companions(connection: Connection, tenant_id: str, *, version: int, ids: Iterable[str]) -> Iterator[str]:
    """Yield the records that share a golden record with these."""
    current = in_version(LedgerEntry, tenant_id, version)
    golden_ids: set[str] = set()
    for chunk in chunked(ids):
        asked = select(LedgerEntry.golden_id).where(current, col(LedgerEntry.record_id).in_(chunk))
        golden_ids |= {row.golden_id for row in connection.execute(asked) if row.golden_id is not None}
    for chunk in chunked(golden_ids):
        members = select(LedgerEntry.record_id).where(current, col(LedgerEntry.golden_id).in_(chunk))
        yield from (row.record_id for row in connection.execute(members))


def _links(connection: Connection, tenant_id: str, *, version: int, ids: Iterable[str]) -> Iterator[Row[Any]]:
    """Yield every link at these records, some twice."""
    for chunk in chunked(ids):
        for end in (col(Link.record_id_l), col(Link.record_id_r)):
            yield from connection.execute(
                select(
                    Link.record_id_l, Link.record_id_r, Link.match_weight, Link.band, Link.method, Link.veto
                ).where(in_version(Link, tenant_id, version), end.in_(chunk))  # type: ignore[call-overload]
            )


def load_ledger(connection: Connection, tenant_id: str, *, version: int, records: Iterable[str]) -> Ledger:
    """Return the whole ledger of some records, of the ghosts that rest with them, and their redirects."""
    wanted: set[str] = set()
    frontier = set(records)
    while frontier:
        wanted |= frontier
        heirs = in_version(LedgerEntry, tenant_id, version)
        found: set[str] = set()
        for chunk in chunked(frontier):
            asked = select(LedgerEntry.record_id).where(heirs, col(LedgerEntry.heir).in_(chunk))
            found |= {row.record_id for row in connection.execute(asked)}
        frontier = found - wanted
    rows: list[LedgerRow] = []
    redirects: list[Redirect] = []
    for chunk in chunked(wanted):
        of_records = (
            select(LedgerEntry.__table__)  # type: ignore[attr-defined]
            .where(LedgerEntry.tenant_id == tenant_id, col(LedgerEntry.record_id).in_(chunk))
            .where(begun_by(LedgerEntry, version))
            .order_by(col(LedgerEntry.record_id), col(LedgerEntry.published_from))
        )
        rows += [_ledger_row(row, version) for row in connection.execute(of_records)]
    for chunk in chunked(seed_id(record) for record in wanted):
        of_ids = (
            select(RedirectEntry.__table__)  # type: ignore[attr-defined]
            .where(RedirectEntry.tenant_id == tenant_id, col(RedirectEntry.golden_id_from).in_(chunk))
            .where(begun_by(RedirectEntry, version))
            .order_by(col(RedirectEntry.golden_id_from), col(RedirectEntry.published_from))
        )
        redirects += [_redirect(row, version) for row in connection.execute(of_ids)]
    return Ledger(tuple(rows), tuple(redirects))


def _is_open(row: Row[Any], version: int) -> bool:
    return row.published_to is None or row.published_to > version


def _ledger_row(row: Row[Any], version: int) -> LedgerRow:
    return LedgerRow(
        record_id=row.record_id,
        golden_id=row.golden_id,
        valid_from=without_zone(row.recorded_from),
        cause=row.cause,
        change=Change(row.change),
        valid_to=None if _is_open(row, version) else without_zone(row.recorded_to),
        heir=row.heir,
    )


def _redirect(row: Row[Any], version: int) -> Redirect:
    return Redirect(
        golden_id_from=row.golden_id_from,
        golden_id_to=row.golden_id_to,
        valid_from=without_zone(row.recorded_from),
        cause=row.cause,
        valid_to=None if _is_open(row, version) else without_zone(row.recorded_to),
    )


def without_zone(moment: datetime) -> datetime:
    """Return a time as resolution keeps it: UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def claims_of(record: StoredRecord, sealer: Sealer) -> list[AttributeClaim]:
    """Return what a record states; nothing when its key is erased."""
    plain = sealer.open(record.sealed_claims, salt=record.salt, record_id=record.record_id, what=CLAIMS)
    observed_at = None if record.observed_at is None else without_zone(record.observed_at)
    return [
        AttributeClaim(record.record_id, record.source, attribute, value, key, observed_at, position)
        for attribute, position, value, key in json.loads(plain or "[]")
    ]
