"""Form tables: for each kind of value one table from its distinct values to their comparison forms.

Everything costly (folding, patterns, Python libraries) runs once per distinct value; the rows get the forms
back by joins. `build_forms` reads the stated tables of all sources and leaves the `form_*` tables behind.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
from duckdb import DuckDBPyConnection

from resolution.domain.attributes import Attribute
from resolution.standardise.dates import find_day_first, find_suspect_dates, standardise_dates
from resolution.standardise.emails import standardise_emails
from resolution.standardise.folding import fold_values
from resolution.standardise.lexicon import sql_set, words
from resolution.standardise.one_line_addresses import parse_address
from resolution.standardise.organization_names import standardise_organization_names
from resolution.standardise.person_names import standardise_full_names, standardise_name_words
from resolution.standardise.phones import standardise_phones
from resolution.standardise.places import (
    postcode,
    standardise_cities,
    standardise_countries,
    standardise_states,
)
from resolution.standardise.slots import Slot, of
from resolution.standardise.streets import standardise_streets

FULL = (Attribute.FULL_NAME,)
NAME_WORDS = (Attribute.GIVEN_NAME, Attribute.MIDDLE_NAME, Attribute.FAMILY_NAME)
ORGANIZATIONS = (Attribute.ORGANIZATION_NAME, Attribute.EMPLOYER)
ADDRESSES = (Attribute.ADDRESS, Attribute.STREET)
TEXTS = (
    Attribute.BIRTH_PLACE,
    Attribute.JOB_TITLE,
    Attribute.ADDRESS_EXTRA,
    Attribute.UNIT,
    Attribute.HOUSE_NUMBER,
    Attribute.POSTCODE,
)
STATED_ONLY = "^[[:punct:][:space:]]*$|^[xX?*_. -]+$"


@dataclass(frozen=True, slots=True)
class StatedSource:
    """A source whose slots stand as text columns in table `table`."""

    table: str
    source: str
    slots: tuple[Slot, ...]


def _union(sources: Sequence[StatedSource], attributes: Sequence[Attribute], condition: str = "true") -> str:
    selects = [
        f"select {slot.name} as raw from {source.table} where {condition}"
        for source in sources
        for slot in of(source.slots, *attributes)
    ]
    return " union all ".join(selects) or "select null::varchar as raw where false"


@cache
def _usable(kind: str) -> str:
    """Return SQL that holds where `raw` says something, by the placeholder lexicon."""
    missing = list(words("placeholders", "any"))
    if kind == "code":  # NA is Namibia, ND North Dakota
        missing = [word for word in missing if len(word) > 3]
    elif kind != "any":
        missing += words("placeholders", kind)
    return (
        f"raw is not null and not (length(raw) <= 40 and lower(trim(raw)) in {sql_set(missing)})"
        f" and not (length(raw) <= 12 and regexp_matches(raw, '{STATED_ONLY}'))"
    )


def collect_values(
    connection: DuckDBPyConnection,
    sources: Sequence[StatedSource],
    attributes: Sequence[Attribute],
    *,
    values: str,
    kind: str = "any",
    condition: str = "true",
    extra: str = "",
) -> None:
    """Create `values(raw)`: the distinct usable values of the attributes over all sources."""
    connection.execute(
        f"create or replace temp table {values} as select raw from (select distinct raw from "
        f"({_union(sources, attributes, condition)} {extra})) where {_usable(kind)}"
    )


def _build_names(connection: DuckDBPyConnection, sources: Sequence[StatedSource]) -> None:
    display = "union all select display from form_email"
    collect_values(
        connection,
        sources,
        FULL,
        values="values_full",
        kind="name",
        condition="declared_type is distinct from 'organization'",
        extra=display,
    )
    standardise_full_names(connection, "values_full", forms="form_full_name")
    collect_values(connection, sources, NAME_WORDS, values="values_words", kind="name")
    standardise_name_words(connection, "values_words", forms="form_name_words")
    named = _union(sources, FULL, "declared_type = 'organization'")
    collect_values(
        connection, sources, ORGANIZATIONS, values="values_org", kind="name", extra=f"union all {named}"
    )
    standardise_organization_names(connection, "values_org", forms="form_organization")


def _build_phones(connection: DuckDBPyConnection, sources: Sequence[StatedSource]) -> None:
    selects = []
    for source in sources:
        countries = of(source.slots, Attribute.COUNTRY)
        for slot in of(source.slots, Attribute.PHONE):
            home = f"left join form_country as home on home.raw = {countries[0].name}" if countries else ""
            country = "coalesce(home.country, '')" if countries else "''"
            selects.append(f"select {slot.name} as raw, {country} as country from {source.table} {home}")
    union = " union all ".join(selects) or "select null::varchar as raw, null::varchar as country where false"
    connection.execute(
        f"create or replace temp table values_phone as select distinct raw, country from ({union}) "
        f"where raw is not null"
    )
    standardise_phones(connection, "values_phone", forms="form_phone")


def _build_addresses(connection: DuckDBPyConnection, sources: Sequence[StatedSource]) -> None:
    """Create `form_address(raw, house_number, street, unit, postcode, city, state, country)`."""
    collect_values(connection, sources, (Attribute.ADDRESS,), values="values_address", kind="address")
    collect_values(connection, sources, (Attribute.STREET,), values="values_street", kind="address")
    composed = (
        "regexp_matches(raw, '[,\\n;].*[0-9]{4,}|[,\\n;].*[A-Za-z]{2} [0-9]|[a-z]{3}.* [A-Z]{2}[., "
        "]+[0-9]{5}|[0-9].*,.*,')"
    )
    rows = connection.execute(
        f"select raw from values_address union select raw from values_street where {composed}"
    ).fetchall()
    raw = [row[0] for row in rows]
    parsed = [parse_address(text) for text in raw]
    columns = {
        field: pa.array([getattr(address, field) for address in parsed], pa.string())
        for field in ("line", "postcode", "city", "state", "country")
    }
    connection.register("parsed_addresses", pa.table({"raw": pa.array(raw, pa.string()), **columns}))
    connection.execute("""
create or replace temp table address_lines as
from parsed_addresses
union all by name
select raw, raw as line from values_street anti join parsed_addresses using (raw)""")
    connection.unregister("parsed_addresses")
    connection.execute(
        "create or replace temp table values_line as select distinct line as raw from "
        "address_lines where line is not null"
    )
    standardise_streets(connection, "values_line", forms="form_line")
    connection.execute("""
create or replace temp table form_address as
select lines.raw, house_number, street, unit, postcode,
    regexp_replace(trim(regexp_replace(city, '[^a-z0-9]+', ' ', 'g')), '^(?:saint|sankt) ', 'st ') as city,
        state, country
from address_lines as lines left join form_line on form_line.raw = lines.line""")


def _build_texts(connection: DuckDBPyConnection, sources: Sequence[StatedSource]) -> None:
    collect_values(connection, sources, TEXTS, values="values_text")
    fold_values(connection, "values_text", forms="form_text_folded")
    connection.execute("""
create or replace temp table form_text as
select raw, nullif(trim(regexp_replace(replace(folded, '''', ''), '[^a-z0-9]+', ' ', 'g')), '') as text
from form_text_folded""")
    collect_values(connection, sources, (Attribute.POSTCODE,), values="values_postcode")
    connection.execute(f"""
create or replace temp table form_postcode as
select raw, case when text is not null then {postcode("raw")} end as postcode
from form_text semi join values_postcode using (raw)""")


@dataclass(frozen=True, slots=True)
class DateReading:
    """How the dates of one column are read; learned from a full run, kept for updates."""

    source: str
    slot: str
    day_first: bool | None
    suspects: tuple[str, ...]


def _build_dates(
    connection: DuckDBPyConnection,
    sources: Sequence[StatedSource],
    known: Sequence[DateReading],
    today: datetime.date,
) -> list[DateReading]:
    readings = []
    by_place = {(reading.source, reading.slot): reading for reading in known}
    for number, source in enumerate(sources):
        for slot in of(source.slots, Attribute.BIRTH_DATE):
            values, forms = f"values_date_{number}_{slot.name}", f"form_date_{number}_{slot.name}"
            connection.execute(
                f"create or replace temp table {values} as select raw, count(*) as uses from "
                f"(select {slot.name} as raw from {source.table}) where {_usable('any')} group by raw"
            )
            reading = by_place.get((source.source, slot.name)) or DateReading(
                source.source,
                slot.name,
                find_day_first(connection, values),
                tuple(find_suspect_dates(connection, values)),
            )
            readings.append(reading)
            standardise_dates(
                connection,
                values,
                forms=forms,
                day_first=reading.day_first,
                suspects=list(reading.suspects),
                today=today,
            )
    return readings


def build_forms(
    connection: DuckDBPyConnection,
    sources: Sequence[StatedSource],
    *,
    readings: Sequence[DateReading],
    today: datetime.date,
) -> tuple[DateReading, ...]:
    """Create all `form_*` tables for the stated sources; returns how the dates were read."""
    countries = (Attribute.COUNTRY, Attribute.IDENTIFIER_COUNTRY)
    collect_values(connection, sources, countries, values="values_country", kind="code")
    standardise_countries(connection, "values_country", forms="form_country")
    collect_values(connection, sources, (Attribute.STATE,), values="values_state", kind="code")
    standardise_states(connection, "values_state", forms="form_state")
    collect_values(connection, sources, (Attribute.CITY,), values="values_city")
    standardise_cities(connection, "values_city", forms="form_city")
    collect_values(connection, sources, (Attribute.EMAIL,), values="values_email")
    standardise_emails(connection, "values_email", forms="form_email")
    _build_names(connection, sources)
    _build_phones(connection, sources)
    _build_addresses(connection, sources)
    _build_texts(connection, sources)
    return tuple(_build_dates(connection, sources, readings, today))


def drop_forms(connection: DuckDBPyConnection, sources: Sequence[StatedSource]) -> None:
    """Drop what standardising made for itself, so that its memory is free again."""
    prefixes = "form_|values_|legal_forms_|calling_plans|street_words|address_lines"
    found = connection.execute(
        f"select table_name from duckdb_tables() where temporary and regexp_matches(table_name, "
        f"'^(?:{prefixes})')"
    ).fetchall()
    for (table,) in found:
        connection.execute(f"drop table temp.{table}")
    for source in sources:
        connection.execute(f"drop table temp.{source.table}")
