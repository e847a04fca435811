"""The table of parties that a pipeline models: one row per party as one object of a source knows it.

`PARTY_COLUMNS` is the contract between a pipeline's models and resolution: the column names, their DuckDB
types, and what each means. Values are as the source wrote them; standardising is done here and nowhere
else. `record_id` is `source:object:source_id` (DESIGN.md section 2).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from resolution.domain.attributes import Attribute, ColumnMapping, IdentifierKind, SourceMapping
from resolution.domain.errors import InputError
from resolution.files.tables import literal

KEY_COLUMNS = ("record_id", "source", "object", "source_id")


@dataclass(frozen=True, slots=True)
class PartyColumn:
    """A column of the contract: its type, and its meaning where it states something of the party."""

    name: str
    kind: str
    attribute: Attribute | None = None
    identifier: IdentifierKind | None = None


PARTY_COLUMNS = (
    *(PartyColumn(name, "varchar") for name in KEY_COLUMNS),
    PartyColumn("party_type", "varchar", Attribute.PARTY_TYPE),
    PartyColumn("full_name", "varchar", Attribute.FULL_NAME),
    PartyColumn("given_name", "varchar", Attribute.GIVEN_NAME),
    PartyColumn("family_name", "varchar", Attribute.FAMILY_NAME),
    PartyColumn("organization_name", "varchar", Attribute.ORGANIZATION_NAME),
    PartyColumn("employer", "varchar", Attribute.EMPLOYER),
    PartyColumn("job_title", "varchar", Attribute.JOB_TITLE),
    PartyColumn("emails", "varchar[]", Attribute.EMAIL),
    PartyColumn("phones", "varchar[]", Attribute.PHONE),
    PartyColumn("web_domain", "varchar", Attribute.WEB_DOMAIN),
    PartyColumn("address", "varchar", Attribute.ADDRESS),
    PartyColumn("street", "varchar", Attribute.STREET),
    PartyColumn("postcode", "varchar", Attribute.POSTCODE),
    PartyColumn("city", "varchar", Attribute.CITY),
    PartyColumn("country", "varchar", Attribute.COUNTRY),
    PartyColumn("birth_date", "varchar", Attribute.BIRTH_DATE),
    PartyColumn("tax_number", "varchar", Attribute.IDENTIFIER, IdentifierKind.TAX),
    PartyColumn("tax_country", "varchar", Attribute.IDENTIFIER_COUNTRY, IdentifierKind.TAX),
    PartyColumn("registration_number", "varchar", Attribute.IDENTIFIER, IdentifierKind.REGISTRATION),
    PartyColumn("observed_at", "timestamp", Attribute.OBSERVED_AT),
    PartyColumn("is_deleted", "boolean", Attribute.DELETED),
)


@dataclass(frozen=True, slots=True)
class PartySource:
    """The rows of one source in a table of their own, ready to be standardised."""

    table: str
    mapping: SourceMapping


def load_party_table(
    connection: duckdb.DuckDBPyConnection, table: str, *, duplicate_free: Sequence[str] = ()
) -> list[PartySource]:
    """Split the table of parties by source: dates are read by the habit of each source.

    `duplicate_free` names sources that are declared to hold a party at most once.

    Raises:
        InputError: A column of the contract is missing, or a record id is there twice.
    """
    _check(connection, table)
    sources = [
        row[0] for row in connection.execute(f"select distinct source from {table} order by 1").fetchall()
    ]
    stated = tuple(c for c in PARTY_COLUMNS if c.attribute is not None)
    columns = ", ".join(
        c.name if c.kind.startswith("varchar") else f"{c.name}::varchar as {c.name}" for c in stated
    )
    loaded = []
    for number, source in enumerate(sources):
        rows = f"rows_{number}"
        connection.execute(
            f"create or replace temp table {rows} as select {columns}, record_id as _record_id,"
            f" source as _source, source_id as _source_id, source || '.' || object as _file,"
            f" row_number() over (partition by object order by source_id) as _line"
            f" from {table} where source = {literal(source)}"
        )
        mapping = SourceMapping(
            f"{table} of {source}",
            source,
            tuple(
                ColumnMapping(c.name, c.attribute, kind=c.identifier.value if c.identifier else None)
                for c in stated
                if c.attribute is not None
            ),
            duplicate_free=True if source in duplicate_free else None,
        )
        loaded.append(PartySource(rows, mapping))
    return loaded


def _check(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    there = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
    missing = [c.name for c in PARTY_COLUMNS if c.name not in there]
    if missing:
        raise InputError(
            f"{table} has no column {', '.join(missing)}; the model must give every column of the contract"
        )
    twice = connection.execute(
        f"select record_id, count(*) from {table} group by 1"
        " having count(*) > 1 or record_id is null order by 1 limit 1"
    ).fetchone()
    if twice:
        raise InputError(
            f"{table} holds record {twice[0]} {twice[1]} times; its grain is one row per record_id"
        )
