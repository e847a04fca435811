"""Rows of the sources to `party_records` and `claims`: the one place where values are standardised."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from duckdb import DuckDBPyConnection

from resolution.domain.attributes import SourceMapping
from resolution.standardise.claims import CLAIMS, write_claims
from resolution.standardise.forms import DateReading, build_forms, drop_forms
from resolution.standardise.joined_records import join_forms, state_source
from resolution.standardise.party_records import PARTY_RECORDS, quarantine_empty, type_table, write_party_records


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
    for table, layout in ((party_records, PARTY_RECORDS), (claims, CLAIMS)):
        connection.execute(f"drop table if exists {table}")
        connection.execute(layout.format(table=table))
    stated = [
        state_source(connection, source.table, mapping=source.mapping, table=f"stated_{number}")
        for number, source in enumerate(sources)
    ]
    learned = build_forms(connection, stated, readings=readings, today=day)
    quarantined = 0
    for number, (source, rows) in enumerate(zip(sources, stated, strict=True)):
        join_forms(connection, rows, number=number, table="joined_rows")
        type_table(connection, joined="joined_rows", table="typed_rows", slots=rows.slots, constant=source.mapping.party_type)
        connection.execute("drop table joined_rows")
        write_party_records(connection, typed="typed_rows", slots=rows.slots, table=party_records)
        left_out = quarantine_empty(connection, rows=source.table, table=party_records, left_out="empty_rows")
        quarantined += left_out
        write_claims(
            connection, typed="typed_rows", slots=rows.slots, table=claims, left_out="empty_rows" if left_out else None
        )
        connection.execute("drop table typed_rows")
    drop_forms(connection)
    counts = dict(connection.execute(f"select party_type, count(*) from {party_records} group by 1").fetchall())
    stated_values = connection.execute(f"select count(*) from {claims}").fetchone()
    return StandardiseSummary(
        records=sum(counts.values()),
        persons=counts.get("person", 0),
        organizations=counts.get("organization", 0),
        claims=stated_values[0] if stated_values is not None else 0,
        quarantined=quarantined,
        readings=learned,
    )
