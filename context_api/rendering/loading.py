"""The facts of a few parties from the store: what a decision renders anew, and what `as_of` asks for."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlmodel import col, select

from context_api.rendering.facts import NAME_ATTRIBUTE, Claim, Doing, Edge, PartyFacts
from context_api.store.activities import Activity, ActivityParty, Relationship
from context_api.store.bulk import chunked
from context_api.store.components import without_zone
from context_api.store.golden_records import Conflict, GoldenRecord, GoldenValue
from context_api.store.identities import LedgerEntry
from context_api.store.ranges import in_version
from context_api.store.records import PartyRecord, RecordKey
from context_api.store.sealing import TEXTS, VALUE
from context_api.store.views import Snapshot
from resolution.domain.attributes import PartyType


def facts_of(snapshot: Snapshot, golden_ids: Iterable[str]) -> Iterator[PartyFacts]:
    """Yield the facts of those golden ids that are golden records in this version, in order."""
    for chunk in chunked(golden_ids):
        yield from _Loading(snapshot).load(chunk)


def neighbours(snapshot: Snapshot, golden_ids: Collection[str]) -> frozenset[str]:
    """Return the parties at the other end of these parties' relationships: their views name them."""
    loading = _Loading(snapshot)
    owners = loading.owners(golden_ids)
    edges = loading.edges(owners)
    return frozenset(edges.golden_ids.values()) - frozenset(golden_ids)


@dataclass(frozen=True, slots=True)
class NamedParty:
    """A golden record and what it is called; None where its record was erased, or nothing names it."""

    golden_id: str
    party_type: PartyType
    entity_version: int
    name: str | None


def named_parties(snapshot: Snapshot, golden_ids: Iterable[str]) -> dict[str, NamedParty]:
    """Return those golden ids that are golden records in this version, each with its name."""
    return _Loading(snapshot).named(golden_ids)


@dataclass(frozen=True, slots=True)
class _Edges:
    rows: Mapping[str, Row[Any]]
    golden_ids: Mapping[str, str]  # by record id, of every record at either end that has one


@dataclass(frozen=True, slots=True)
class _Loading:
    snapshot: Snapshot

    def load(self, golden_ids: Collection[str]) -> Iterator[PartyFacts]:
        heads = {row.golden_id: row for row in self._heads(golden_ids)}
        owners = self.owners(heads)
        records: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for record_id, source in self._sources(owners).items():
            records[owners[record_id]].append((record_id, source))
        values = self._claims(GoldenValue, heads)
        conflicts = self._claims(Conflict, heads)
        edges = self._edges_by_party(owners)
        doings = self._doings_by_party(owners)
        for golden_id in sorted(heads):
            yield PartyFacts(
                golden_id=golden_id,
                entity_version=heads[golden_id].entity_version,
                party_type=PartyType(heads[golden_id].party_type),
                records=tuple(sorted(records[golden_id])),
                values=tuple(values[golden_id]),
                conflicts=tuple(conflicts[golden_id]),
                edges=tuple(edges[golden_id]),
                activities=tuple(doings[golden_id].values()),
            )

    def _rows(self, asked: Any, column: Any, ids: Iterable[str]) -> Iterator[Row[Any]]:
        for chunk in chunked(ids):
            yield from self.snapshot.connection.execute(asked.where(column.in_(chunk)))

    def _current(self, table: Any) -> Any:
        return in_version(table, self.snapshot.tenant_id, self.snapshot.version)

    def _heads(self, golden_ids: Iterable[str]) -> Iterator[Row[Any]]:
        asked = select(GoldenRecord.golden_id, GoldenRecord.entity_version, GoldenRecord.party_type)
        return self._rows(asked.where(self._current(GoldenRecord)), col(GoldenRecord.golden_id), golden_ids)

    def owners(self, golden_ids: Iterable[str]) -> dict[str, str]:
        """Return the golden id of each record of these parties."""
        asked = select(LedgerEntry.record_id, LedgerEntry.golden_id).where(self._current(LedgerEntry))
        found = self._rows(asked, col(LedgerEntry.golden_id), golden_ids)
        return {row.record_id: row.golden_id for row in found}

    def _sources(self, records: Iterable[str]) -> dict[str, str]:
        asked = select(PartyRecord.record_id, PartyRecord.source).where(self._current(PartyRecord))
        return {row.record_id: row.source for row in self._rows(asked, col(PartyRecord.record_id), records)}

    def _claims(self, table: Any, heads: Mapping[str, Row[Any]]) -> dict[str, list[Claim]]:
        asked = (
            select(table.__table__, RecordKey.salt)
            .outerjoin(RecordKey, _key_of(table.tenant_id, table.record_id))
            .where(table.tenant_id == self.snapshot.tenant_id)
            .order_by(table.golden_id, table.attribute, table.position)
        )
        found: dict[str, list[Claim]] = defaultdict(list)
        for row in self._rows(asked, table.golden_id, heads):
            if row.entity_version == heads[row.golden_id].entity_version:
                found[row.golden_id].append(self._claim(row))
        return found

    def _claim(self, row: Row[Any]) -> Claim:
        value = self.snapshot.sealer.open(
            row.sealed_value, salt=row.salt, record_id=row.record_id, what=f"{VALUE}:{row.attribute}"
        )
        return Claim(
            attribute=row.attribute,
            position=row.position,
            value=value,
            record_id=row.record_id,
            source=row.source,
            observed_at=_plain(row.observed_at),
            rule=row.rule,
            confidence=row.confidence,
            support=row.support,
            claiming=row.claiming,
        )

    def edges(self, owners: Mapping[str, str]) -> _Edges:
        """Return the relationships of records, and whose the records at both ends are."""
        asked = select(Relationship.__table__).where(self._current(Relationship))  # type: ignore[attr-defined]
        rows: dict[str, Row[Any]] = {}
        for end in (col(Relationship.from_record_id), col(Relationship.to_record_id)):
            rows |= {row.relationship_id: row for row in self._rows(asked, end, owners)}
        ends = {record for row in rows.values() for record in (row.from_record_id, row.to_record_id)}
        ledger = select(LedgerEntry.record_id, LedgerEntry.golden_id).where(self._current(LedgerEntry))
        found = self._rows(ledger, col(LedgerEntry.record_id), ends)
        return _Edges(rows, {row.record_id: row.golden_id for row in found if row.golden_id is not None})

    def _edges_by_party(self, owners: Mapping[str, str]) -> dict[str, list[Edge]]:
        edges = self.edges(owners)
        named = self.named(set(edges.golden_ids.values()))
        by_party: dict[str, list[Edge]] = defaultdict(list)
        for row in edges.rows.values():
            sides = (
                (owners.get(row.from_record_id), row.to_record_id, True),
                (owners.get(row.to_record_id), row.from_record_id, False),
            )
            for owner, other_record, is_outgoing in sides:
                other = edges.golden_ids.get(other_record)
                if owner is None or other is None or other == owner or other not in named:
                    continue
                by_party[owner].append(
                    Edge(
                        kind=row.kind,
                        is_outgoing=is_outgoing,
                        golden_id=other,
                        name=named[other].name,
                        party_type=named[other].party_type,
                        role=row.role,
                        valid_from=_plain(row.valid_from),
                        valid_to=_plain(row.valid_to),
                        source=row.source,
                    )
                )
        return by_party

    def named(self, golden_ids: Iterable[str]) -> dict[str, NamedParty]:
        """Return parties with their names."""
        heads = {row.golden_id: row for row in self._heads(golden_ids)}
        asked = (
            select(GoldenValue.__table__, RecordKey.salt)  # type: ignore[attr-defined]
            .outerjoin(RecordKey, _key_of(GoldenValue.tenant_id, GoldenValue.record_id))
            .where(GoldenValue.tenant_id == self.snapshot.tenant_id, GoldenValue.position == 0)
            .where(col(GoldenValue.attribute).in_(NAME_ATTRIBUTE.values()))
        )
        names: dict[str, str | None] = {}
        for row in self._rows(asked, col(GoldenValue.golden_id), heads):
            head = heads[row.golden_id]
            is_name = row.attribute == NAME_ATTRIBUTE[PartyType(head.party_type)]
            if is_name and row.entity_version == head.entity_version:
                names[row.golden_id] = self._claim(row).value
        return {
            id_: NamedParty(id_, PartyType(head.party_type), head.entity_version, names.get(id_))
            for id_, head in heads.items()
        }

    def _doings_by_party(self, owners: Mapping[str, str]) -> dict[str, dict[str, Doing]]:
        asked = select(ActivityParty.activity_id, ActivityParty.record_id).where(self._current(ActivityParty))
        parties: dict[str, set[str]] = defaultdict(set)
        for row in self._rows(asked, col(ActivityParty.record_id), owners):
            parties[row.activity_id].add(owners[row.record_id])
        found = (
            select(Activity.__table__, RecordKey.salt)  # type: ignore[attr-defined]
            .outerjoin(RecordKey, _key_of(Activity.tenant_id, Activity.activity_id))
            .where(self._current(Activity))
        )
        by_party: dict[str, dict[str, Doing]] = defaultdict(dict)
        for row in self._rows(found, col(Activity.activity_id), parties):
            doing = self._doing(row)
            for golden_id in parties[row.activity_id]:
                by_party[golden_id][row.activity_id] = doing
        return by_party

    def _doing(self, row: Row[Any]) -> Doing:
        plain = self.snapshot.sealer.open(
            row.sealed_texts, salt=row.salt, record_id=row.activity_id, what=TEXTS
        )
        texts = json.loads(plain) if plain else {}
        return Doing(
            activity_id=row.activity_id,
            kind=row.kind,
            source=row.source,
            occurred_at=_plain(row.occurred_at),
            status=row.status,
            title=texts.get("title"),
            terms=texts.get("terms"),
            amount_cents=row.amount_cents,
            currency=row.currency,
            due_at=_plain(row.due_at),
            priority=row.priority,
            references_activity_id=row.references_activity_id,
        )


def _key_of(tenant_id: Any, record_id: Any) -> Any:
    return (col(RecordKey.tenant_id) == tenant_id) & (col(RecordKey.record_id) == record_id)


def _plain(moment: datetime | None) -> datetime | None:
    return None if moment is None else without_zone(moment)
