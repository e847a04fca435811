"""Rows of the sources to `party_records` and `claims`: the one place where values are standardised."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from duckdb import DuckDBPyConnection

from resolution.domain.attributes import SourceMapping
from resolution.standardise.forms import DateReading, build_forms
from resolution.standardise.joined_records import join_forms, state_source
from resolution.standardise.party_records import PARTY_RECORDS, type_table, write_party_records


class LoadedSource(Protocol):
    """A source whose usable rows stand in the DuckDB table `table`."""

    @property
    def table(self) -> str: ...
    @property
    def mapping(self) -> SourceMapping: ...


@dataclass(frozen=True, slots=True)
class StandardiseSummary:
    """What came out: rows by party type, rows left out, and how dates were read (kept for updates)."""

    records: int
    persons: int
    organizations: int
    claims: int
    quarantined: int
    readings: tuple[DateReading, ...]


def standardise(
    connection: DuckDBPyConnection,
    sources: Sequence[LoadedSource],
    *,
    party_records: str = "party_records",
    claims: str = "claims",
    readings: Sequence[DateReading] = (),
    today: datetime.date | None = None,
) -> StandardiseSummary:
    """Write tables `party_records` and `claims` (replaced) from the rows of all sources.

    For an update pass other table names, and the `readings` of the first run, so that a date is read as
    it was then. Rows with nothing to compare are appended to `quarantine` and left out.
    """
    day = today or datetime.datetime.now(tz=datetime.UTC).date()
    connection.execute(f"drop table if exists {party_records}")
    connection.execute(PARTY_RECORDS.format(table=party_records))
    stated = [
        state_source(connection, source.table, mapping=source.mapping, table=f"stated_{number}")
        for number, source in enumerate(sources)
    ]
    learned = build_forms(connection, stated, readings=readings, today=day)
    for number, (source, rows) in enumerate(zip(sources, stated, strict=True)):
        join_forms(connection, rows, number=number, table="joined_rows")
        type_table(connection, joined="joined_rows", table="typed_rows", slots=rows.slots, constant=source.mapping.party_type)
        write_party_records(connection, typed="typed_rows", slots=rows.slots, table=party_records)
    counts = dict(connection.execute(f"select party_type, count(*) from {party_records} group by 1").fetchall())
    return StandardiseSummary(sum(counts.values()), counts.get("person", 0), counts.get("organization", 0), 0, 0, learned)
