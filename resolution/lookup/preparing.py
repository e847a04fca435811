"""From a given record to a row of the match input and the keys it blocks by, as a batch makes them.

`resolution/standardise` and `resolution/matching/features` do it, their own statements run by
`resolution/few_rows`; keys are hashed by DuckDB, as those of the snapshot were.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from resolution.domain.attributes import PartyType
from resolution.domain.errors import NothingToLookUp
from resolution.few_rows.connection import FewRows
from resolution.few_rows.parsing import engine
from resolution.few_rows.tables import Table
from resolution.lookup.given import (
    TABLE,
    GivenRecord,
    Shape,
    check_given,
    given_id,
    given_rows,
    shape_of,
    stated_fields,
)
from resolution.lookup.snapshot import PartySnapshot, Snapshot
from resolution.matching import features
from resolution.standardise.forms import DateReading
from resolution.standardise.standardise import standardise_records

LATER_READINGS = 64  # birth date columns that a source may have: a shape doubles them as it needs


@dataclass(frozen=True, slots=True)
class PreparedRecord:
    """A record ready to be met and scored; `keys` are hashes by blocking rule, stopped ones left out."""

    record_id: str
    source: str
    party_type: PartyType
    row: Mapping[str, Any]
    keys: Mapping[str, int]


def prepare_given(
    snapshot: Snapshot, records: Sequence[GivenRecord], *, today: datetime.date
) -> list[PreparedRecord]:
    """Return the records prepared, in their order.

    Raises:
        NothingToLookUp: A record is empty, or nothing in it can be compared.
    """
    check_given(records)
    numbered = [(given_id(record, position), record) for position, record in enumerate(records)]
    found: dict[str, PreparedRecord] = {}
    for (source, counts), held in groupby(sorted(numbered, key=_table_of), key=_table_of):
        standardised = _standardised(snapshot, list(held), source=source, shape=Shape(counts), today=today)
        for prepared in prepare_records(snapshot, standardised):
            found[prepared.record_id] = prepared
    for position, (record_id, record) in enumerate(numbered):
        if record_id not in found:
            raise _incomparable(record, position)
    return [found[record_id] for record_id, _ in numbered]


def _table_of(numbered: tuple[str, GivenRecord]) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Return what records of one table have in common: one with much of a kind makes only its own larger."""
    record = numbered[1]
    return record.source, shape_of([record]).counts


def _incomparable(record: GivenRecord, position: int) -> NothingToLookUp:
    stated = stated_fields(record)
    return NothingToLookUp(
        f"record {position} holds nothing to compare: no name, organisation, e-mail, phone, identifier or"
        f" address can be read in its {', '.join(stated)}",
        position=position,
        field=stated[0],
    )


def _standardised(
    snapshot: Snapshot,
    records: Sequence[tuple[str, GivenRecord]],
    *,
    source: str,
    shape: Shape,
    today: datetime.date,
) -> Table:
    given = given_rows(records, source=source, shape=shape)
    connection: Any = FewRows({TABLE: given.rows})
    standardise_records(
        connection, [given], party_records="party_records", readings=_readings(snapshot, source), today=today
    )
    table: Table = connection.table("party_records")
    return table


def _readings(snapshot: Snapshot, source: str) -> list[DateReading]:
    """Return how the dates of a source are read, as the model has it; one it lacks is read both ways."""
    known = [DateReading(**{**r, "suspects": tuple(r["suspects"])}) for r in snapshot.model.date_readings]
    held = {reading.slot: reading for reading in known if reading.source == source}
    slots = [f"birth_date_{n}" for n in range(LATER_READINGS)]
    return [held.get(slot) or DateReading(source, slot, None, ()) for slot in slots]


def prepare_records(snapshot: Snapshot, party_records: Table) -> list[PreparedRecord]:
    """Return standardised party records prepared; types that the model does not know are left out."""
    column = party_records.columns.index("party_type")
    types = {row[column] for row in party_records.rows}
    prepared = []
    for party_type in PartyType:
        if party_type.value in types:
            prepared += _of_type(snapshot, party_records, party_type)
    return prepared


def _of_type(snapshot: Snapshot, records: Table, party_type: PartyType) -> list[PreparedRecord]:
    party = snapshot.parties.get(party_type.value)
    tables = {"party_records": records, "nickname_forms": snapshot.nicknames}
    tables["word_weights"] = party.word_weights if party is not None else Table(("word", "weight"), ())
    connection: Any = FewRows(tables)
    default = party.model.default_word_weight if party is not None else 0.0
    name = features.build_match_input(connection, party_type, default_weight=default)
    made = connection.table(name)
    rows = [dict(zip(made.columns, row, strict=True)) for row in made.rows]
    if party is None:
        return [PreparedRecord(row["record_id"], row["source"], party_type, row, {}) for row in rows]
    texts = _key_texts(connection, name, party)
    hashes = _hashes({text for said in texts for text in said.values()})
    return [
        PreparedRecord(
            record_id=row["record_id"],
            source=row["source"],
            party_type=party_type,
            row=row | _frequencies(row, party),
            keys={
                rule: hashes[text]
                for rule, text in said.items()
                if not party.keys[rule].is_stopped(hashes[text])
            },
        )
        for row, said in zip(rows, texts, strict=True)
    ]


def _key_texts(connection: Any, table: str, party: PartySnapshot) -> list[dict[str, str]]:
    """Return the value of each blocking key that a row has."""
    rules = [rule for rule in party.model.blocking_rules if rule.name in party.keys]
    if not rules:
        return [{} for _ in connection.table(table).rows]
    listed = ", ".join(f"({rule.sql}) as k{number}" for number, rule in enumerate(rules))
    rows = connection.execute(f"select {listed} from {table}").fetchall()
    return [
        {rule.name: value for rule, value in zip(rules, row, strict=True) if value is not None}
        for row in rows
    ]


def _hashes(texts: set[str]) -> dict[str, int]:
    listed = list(texts)
    rows = engine().execute("select hash(text) from (select unnest($1::varchar[]) as text)", [listed])
    return {text: int(row[0]) for text, row in zip(listed, rows.fetchall(), strict=True)}


def _frequencies(row: Mapping[str, Any], party: PartySnapshot) -> dict[str, float | None]:
    """Return the term frequencies of a row's values, those of unknown ones the model's default."""
    found: dict[str, float | None] = {}
    for column, known in party.model.term_frequencies.items():
        value = row[column]
        frequency = party.frequencies[column].get(value) if value is not None else None
        default = known.default if value is not None else None
        found[f"tf_{column}"] = frequency if frequency is not None else default
    return found
