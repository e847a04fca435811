"""Rows of the sources to `party_records` and `claims`: the one place where values are standardised."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from duckdb import DuckDBPyConnection

from resolution.domain.attributes import SourceMapping
from resolution.standardise.claims import write_claims
from resolution.standardise.forms import DateReading, build_forms, drop_forms
from resolution.standardise.joined_records import joined_sql, state_source
from resolution.standardise.party_records import TypedSource, quarantine_empty, type_rows, write_party_records


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
    typed, learned = standardise_records(
        connection, sources, party_records=party_records, readings=readings, today=day
    )
    left_out = quarantine_empty(connection, typed, table=party_records)
    write_claims(connection, typed, table=claims, left_out=left_out)
    for rows_typed in typed:
        connection.execute(f"drop table {rows_typed.table}")
    counts = dict(
        connection.execute(f"select party_type, count(*) from {party_records} group by 1").fetchall()
    )
    return StandardiseSummary(
        records=sum(counts.values()),
        persons=counts.get("person", 0),
        organizations=counts.get("organization", 0),
        claims=_row_count(connection, claims),
        quarantined=len(left_out),
        readings=learned,
    )


def standardise_records(
    connection: DuckDBPyConnection,
    sources: Sequence[LoadedSource],
    *,
    party_records: str,
    readings: Sequence[DateReading],
    today: datetime.date,
) -> tuple[list[TypedSource], tuple[DateReading, ...]]:
    """Write table `party_records` alone; return the typed rows it came from, and how dates were read.

    Rows with nothing to compare are left out. Nothing but plain statements, so that the connection may also
    be `resolution.few_rows`, which runs them for one record in milliseconds.
    """
    stated = [
        state_source(connection, source.table, mapping=source.mapping, table=f"stated_{number}")
        for number, source in enumerate(sources)
    ]
    learned = build_forms(connection, stated, readings=readings, today=today)
    typed = [
        TypedSource(f"typed_{number}", source.table, rows.slots)
        for number, (source, rows) in enumerate(zip(sources, stated, strict=True))
    ]
    for number, (source, rows, rows_typed) in enumerate(zip(sources, stated, typed, strict=True)):
        joined = joined_sql(rows, number=number)
        type_rows(connection, rows_typed, joined=joined, constant=source.mapping.party_type)
    drop_forms(connection, stated)
    write_party_records(connection, typed, table=party_records)
    return typed, learned


def _row_count(connection: DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row is not None else 0
