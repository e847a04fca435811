"""Look-up: who is this? One record against an indexed snapshot, with the same answer as a batch.

    lookup = open_snapshot(path)
    (answer,) = lookup.find([GivenRecord(full_name="Anna Schmidt", emails=["anna@acme.example"])])

The record is standardised, met by the blocking keys of the model, scored by the query of the batch and
settled among the links that there are, as an update with this one record would.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from resolution.domain.attributes import PartyType
from resolution.domain.clustering import Bridge
from resolution.domain.errors import InputError
from resolution.few_rows.tables import Table
from resolution.lookup.answers import LookupAnswer, candidate_of
from resolution.lookup.given import GivenAddress, GivenRecord
from resolution.lookup.joining import NearLink, Surroundings, companions
from resolution.lookup.preparing import PreparedRecord, prepare_given, prepare_records
from resolution.lookup.scoring import Link, Scorer, rows_of
from resolution.lookup.since import NOTHING_SINCE, Since, flags_of
from resolution.lookup.snapshot import PartySnapshot, Snapshot, open_match_snapshot

MOST_RECORDS = 100  # given at once
LIMIT = 10  # candidates in an answer
ENDS = ("record_id_l", "record_id_r")


def open_snapshot(path: Path, *, is_checked: bool = True) -> "Lookup":
    """Return the look-up in a snapshot; unless told otherwise, every byte of it is checked first.

    Raises:
        SnapshotError: There is none, it is damaged, or another version wrote it.
    """
    snapshot = open_match_snapshot(path)
    if is_checked:
        snapshot.check()
    return Lookup(snapshot)


@dataclass(frozen=True, slots=True)
class _Met:
    """A prepared record with the candidates it met: their numbers or ids, and the first rule of each."""

    record: PreparedRecord
    numbers: Mapping[int, int]
    newer: Mapping[str, int]


class Lookup:
    """One per process and snapshot; any number of threads may ask at once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._scorers = {name: Scorer(PartyType(name), party) for name, party in snapshot.parties.items()}

    @property
    def model_id(self) -> str:
        """Return the id of the model that the snapshot was scored with."""
        return self._snapshot.model_id

    def warm_up(self) -> None:
        """Compile what the first look-ups need; else they take a second. Statements serve every snapshot."""
        usual = GivenRecord(full_name="Ann Lee", organization_names=["Lee Ltd"], emails=["ann@lee.example"])
        ample = replace(usual, other_names=["Anna Lee"], party_type=PartyType.ORGANIZATION)
        usual = replace(usual, addresses=[GivenAddress(line="1 Lee Road, London")])  # reading it loads words
        for record in (usual, ample, replace(usual, party_type=PartyType.PERSON)):
            self.find([record])

    def find(
        self,
        records: Sequence[GivenRecord],
        *,
        limit: int = LIMIT,
        since: Since = NOTHING_SINCE,
        today: datetime.date | None = None,
    ) -> list[LookupAnswer]:
        """Return an answer for each record, in their order.

        Raises:
            NothingToLookUp: A record holds nothing to compare; none is answered.
            InputError: More than `MOST_RECORDS` are given.
        """
        if len(records) > MOST_RECORDS:
            raise InputError(f"{len(records)} records are given; ask for {MOST_RECORDS} at most at a time")
        day = today or datetime.datetime.now(tz=datetime.UTC).date()
        prepared = prepare_given(self._snapshot, records, today=day)
        links = self._links(prepared, since)
        return [
            self._answer(record, *links[record.record_id], limit=limit, since=since) for record in prepared
        ]

    def since(
        self,
        *,
        records: Sequence[Mapping[str, Any]] = (),
        gone: Iterable[str] = (),
        decisions: Mapping[tuple[str, str], bool] | None = None,
    ) -> Since:
        """Return what changed after the snapshot, ready for any number of look-ups.

        `records` are new or changed party records, as `resolution/standardise` writes them; `gone` are ids
        of removed ones. `decisions` says of pairs (ids in order) whether a steward holds them one party.
        """
        prepared = prepare_records(self._snapshot, _table(records)) if records else []
        replaced = frozenset((*gone, *(record.record_id for record in prepared)))
        since = Since(tuple(prepared), replaced, dict(decisions or {}))
        found: dict[tuple[str, str], Link] = {}
        for _, links in self._links(prepared, since).values():
            found |= {(link["record_id_l"], link["record_id_r"]): link for link in links}
        return since.with_links(found)

    def _links(self, prepared: Sequence[PreparedRecord], since: Since) -> dict[str, tuple[int, list[Link]]]:
        """Return for each record how many it was compared with, and its links."""
        links: dict[str, tuple[int, list[Link]]] = {record.record_id: (0, []) for record in prepared}
        for name, party in self._snapshot.parties.items():
            met = [_meet(r, party, since) for r in prepared if r.party_type.value == name]
            met = [one for one in met if one.numbers or one.newer]
            if not met:
                continue
            for one in met:
                links[one.record.record_id] = (len(one.numbers) + len(one.newer), [])
            for group in _groups(met, party):
                asked = {one.record.record_id for one in group}
                found = self._score(name, party, group, since)
                for end, link in [(link[end], link) for link in found for end in ENDS if link[end] in asked]:
                    links[end][1].append(link)
        return links

    def _score(self, name: str, party: PartySnapshot, met: Sequence[_Met], since: Since) -> list[Link]:
        """Return the links of records with the candidates that they met."""
        ids = {number: party.records[number] for one in met for number in one.numbers}
        pairs = {
            (min(one.record.record_id, other), max(one.record.record_id, other)): rule
            for one in met
            for other, rule in _others(one, ids).items()
        }
        listed = [(rule, left, right) for (left, right), rule in pairs.items()]
        return self._scorers[name].links(_rows(party, met, since), listed)

    def _answer(
        self, record: PreparedRecord, compared: int, links: Sequence[Link], *, limit: int, since: Since
    ) -> LookupAnswer:
        party = self._snapshot.parties.get(record.party_type.value)
        if party is None:
            return LookupAnswer(record.record_id, record.party_type, (), 0, 0, ())
        around = self._surroundings(party, since)
        best = sorted(links, key=lambda link: (-link["match_weight"], _other(link, record.record_id)))
        candidates = [
            candidate_of(link, other, around.source(other), party.model)
            for link in best[:limit]
            for other in [_other(link, record.record_id)]
        ]
        own = [(_other(link, record.record_id), link["match_weight"], flags_of(link)) for link in links]
        own = since.decided(record.record_id, own)
        return LookupAnswer(
            record_id=record.record_id,
            party_type=record.party_type,
            candidates=tuple(candidates),
            linked=len(links),
            compared=compared,
            joins=companions(record.record_id, own, around),
        )

    def _surroundings(self, party: PartySnapshot, since: Since) -> Surroundings:
        def links(record: str) -> list[NearLink]:
            return since.decided(record, [*_kept_links(party, record, since), *since.links_of(record)])

        def source(record: str) -> str:
            newer = since.record(record)
            if newer is not None:
                return newer.source
            number = party.records.number(record)
            return party.records.source(number) if number is not None else ""

        model = self._snapshot.model
        return Surroundings(links, source, Bridge(**model.bridge), model.clean_sources)


def _table(records: Sequence[Mapping[str, Any]]) -> Table:
    columns = tuple(records[0])
    return Table(columns, [tuple(record[column] for column in columns) for record in records])


def _meet(record: PreparedRecord, party: PartySnapshot, since: Since) -> _Met:
    """Return the records that share a blocking key, each with the first rule that met it."""
    numbers: dict[int, int] = {}
    newer: dict[str, int] = {}
    left_out = {party.records.number(gone) for gone in {*since.gone, record.record_id}}
    for place, rule in enumerate(party.model.blocking_rules):
        key = record.keys.get(rule.name)
        if key is None:
            continue
        for number in party.keys[rule.name].find(key).tolist():
            if number not in left_out:
                numbers.setdefault(number, place)
        for other in since.records:
            same = other.keys.get(rule.name) == key and other.party_type is record.party_type
            if same and other.record_id != record.record_id:
                newer.setdefault(other.record_id, place)
    return _Met(record, numbers, newer)


def _groups(met: Sequence[_Met], party: PartySnapshot) -> list[Sequence[_Met]]:
    """Return what is scored together: everything, unless one is given anew that another one met."""
    known = {party.records.number(one.record.record_id) for one in met}
    if any(number in known for one in met for number in one.numbers):
        return [[one] for one in met]
    return [met]


def _others(met: _Met, ids: Mapping[int, str]) -> dict[str, int]:
    return {**{ids[number]: rule for number, rule in met.numbers.items()}, **met.newer}


def _rows(party: PartySnapshot, met: Sequence[_Met], since: Since) -> pa.Table:
    """Return the rows of given records and candidates, each once."""
    given = {one.record.record_id: one.record.row for one in met}
    wanted = {name for one in met for name in one.newer}
    newer = {record.record_id: record.row for record in since.records if record.record_id in wanted}
    numbers = sorted({number for one in met for number in one.numbers})
    made = rows_of(list({**newer, **given}.values()), party.records.schema)
    return pa.concat_tables([made, party.records.take(numbers)])


def _other(link: Link, record: str) -> str:
    return str(link["record_id_r"] if link["record_id_l"] == record else link["record_id_l"])


def _kept_links(party: PartySnapshot, record: str, since: Since) -> list[NearLink]:
    number = party.records.number(record)
    if number is None or party.links is None or record in since.gone:
        return []
    found = [(party.records[other], weight, flags) for other, weight, flags in party.links.of(number)]
    return [link for link in found if link[0] not in since.gone]
