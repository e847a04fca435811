"""One wide table per source: what each row states, beside the comparison form of every value.

`<slot>` is the stated text, `<slot>__<form>` its forms. Party types are settled here, and mailboxes found.
"""

from collections.abc import Iterator
from functools import cache, lru_cache

from duckdb import DuckDBPyConnection

from resolution.domain.attributes import Attribute, PartyType, SourceMapping
from resolution.standardise.folding import folded
from resolution.standardise.forms import StatedSource
from resolution.standardise.identifiers import (
    identifier_kind,
    identifier_type_country,
    identifier_value,
    vat_body,
    vat_country,
)
from resolution.standardise.lexicon import sql_set, sql_text, words
from resolution.standardise.slots import Slot, find_slots, of

FORMS: dict[Attribute, tuple[str, tuple[str, ...]]] = {
    Attribute.FULL_NAME: ("form_full_name", ("given", "middle", "family", "suffix", "nickname")),
    Attribute.GIVEN_NAME: ("form_name_words", ("words", "first", "rest", "suffix")),
    Attribute.MIDDLE_NAME: ("form_name_words", ("words",)),
    Attribute.FAMILY_NAME: ("form_name_words", ("words", "suffix")),
    Attribute.ORGANIZATION_NAME: ("form_organization", ("name", "legal_form", "alias", "former")),
    Attribute.EMPLOYER: ("form_organization", ("name", "alias")),
    Attribute.EMAIL: ("form_email", ("email", "is_free", "is_role")),
    Attribute.ADDRESS: (
        "form_address",
        ("house_number", "street", "unit", "postcode", "city", "state", "country"),
    ),
    Attribute.STREET: (
        "form_address",
        ("house_number", "street", "unit", "postcode", "city", "state", "country"),
    ),
    Attribute.CITY: ("form_city", ("city",)),
    Attribute.STATE: ("form_state", ("state",)),
    Attribute.COUNTRY: ("form_country", ("country",)),
    Attribute.IDENTIFIER_COUNTRY: ("form_country", ("country",)),
    Attribute.HOUSE_NUMBER: ("form_text", ("text",)),
    Attribute.UNIT: ("form_text", ("text",)),
    Attribute.ADDRESS_EXTRA: ("form_text", ("text",)),
    Attribute.POSTCODE: ("form_postcode", ("postcode",)),
    Attribute.BIRTH_PLACE: ("form_text", ("text",)),
    Attribute.JOB_TITLE: ("form_text", ("text",)),
}
LONGEST_VALUE = 4000  # bytes; a longer text is no name, address or date, and counts as missing
ORGANIZATION_FORMS = ("name", "legal_form", "alias", "former")


@cache
def _type_case(expression: str) -> str:
    plain = f"trim({folded(expression)})"
    whens = " ".join(
        f"when {plain} in {sql_set(words('party_types', meaning))} then '{meaning}'"
        for meaning in ("mailbox", "person", "organization")
    )
    return f"case {whens} end"


def _stated(sql: str) -> str:
    return f"case when strlen({sql}) <= {LONGEST_VALUE} then nullif(trim({sql}), '') end"


def state_source(
    connection: DuckDBPyConnection, source_table: str, *, mapping: SourceMapping, table: str
) -> StatedSource:
    """Create temporary table `table`: one row per source row, one text column per slot.

    A table, for it is read once per kind of value; what a row says it is, is read once per way to say it.
    """
    slots = find_slots(connection, source_table, mapping)
    slots = (*slots, *_birth_parts(slots))
    types = of(slots, Attribute.PARTY_TYPE)
    constant = f"'{mapping.party_type.value}'" if isinstance(mapping.party_type, PartyType) else "null"
    said = _stated(types[0].sql) if types else "null::varchar"
    columns = "".join(f", {_stated(slot.sql)} as {slot.name}" for slot in slots)
    connection.execute(f"""
create or replace temp table {table} as
with ways as materialized (
    select said, {_type_case("said")} as meant from (select distinct {said} as said from {source_table})
)
select _record_id as record_id, _source as source, _source_id as source_id, _file as file, _line as line,
    coalesce(ways.meant, {constant}) as declared_type{columns}
from {source_table} left join ways on ways.said = {said}""")
    return StatedSource(table, mapping.source, slots)


def _birth_parts(slots: tuple[Slot, ...]) -> list[Slot]:
    """Return the birth date slot that is composed of year, month and day columns, where there are such."""
    years = of(slots, Attribute.BIRTH_YEAR)
    if not years:
        return []
    parts = [of(slots, part) for part in (Attribute.BIRTH_DAY, Attribute.BIRTH_MONTH, Attribute.BIRTH_YEAR)]
    day, month, year = (f"nullif(trim({found[0].sql}), '')" if found else "null" for found in parts)
    sql = (
        f"case when try_cast({month} as integer) is null and {month} is not null then concat_ws(' "
        f"', {day}, {month}, {year}) else concat_ws('-', {year}, {month}, {day}) end"
    )
    position = len(of(slots, Attribute.BIRTH_DATE))
    return [Slot(f"birth_date_{position}", sql, Attribute.BIRTH_DATE, years[0].group, position, None, None)]


def _form_joins(source: StatedSource, number: int) -> Iterator[tuple[str, str]]:
    """Yield a join clause and its select columns for each slot that has a form table."""
    for slot in source.slots:
        if slot.attribute in FORMS:
            table, fields = FORMS[slot.attribute]
            yield _join(slot, table, fields)
        if slot.attribute is Attribute.BIRTH_DATE:
            yield _join(slot, f"form_date_{number}_{slot.name}", ("date", "other"))
        if slot.attribute is Attribute.FULL_NAME:
            alias = f"o_{slot.name}"
            columns = "".join(
                f", {alias}.{field} as {slot.name}__org_{field}" for field in ORGANIZATION_FORMS
            )
            yield (
                (
                    f"left join form_organization as {alias} on {alias}.raw = case when declared_type = "
                    f"'organization' then {slot.name} end"
                ),
                columns,
            )
        if slot.attribute is Attribute.EMAIL and slot.position == 0:
            columns = (
                ", d_name.given as display__given, d_name.middle as display__middle, d_name.family as "
                "display__family"
            )
            yield f"left join form_full_name as d_name on d_name.raw = j_{slot.name}.display", columns
    yield from _phone_joins(source)


def _phone_joins(source: StatedSource) -> Iterator[tuple[str, str]]:
    countries = of(source.slots, Attribute.COUNTRY)
    home = f"j_{countries[0].name}.country" if countries else "null"
    for slot in of(source.slots, Attribute.PHONE):
        alias = f"j_{slot.name}"
        yield (
            (
                f"left join form_phone as {alias} on {alias}.raw = {slot.name} and {alias}.country = "
                f"coalesce({home}, '')"
            ),
            f", {alias}.phone as {slot.name}__phone",
        )


def _join(slot: Slot, table: str, fields: tuple[str, ...]) -> tuple[str, str]:
    alias = f"j_{slot.name}"
    columns = "".join(f", {alias}.{field} as {slot.name}__{field}" for field in fields)
    return f"left join {table} as {alias} on {alias}.raw = {slot.name}", columns


def _identifier_columns(slots: tuple[Slot, ...]) -> str:
    columns = ""
    for slot in of(slots, Attribute.IDENTIFIER):
        kinds = [
            found
            for found in of(slots, Attribute.IDENTIFIER_KIND)
            if found.group == slot.group and _tied(found, slot)
        ]
        places = [
            found
            for found in of(slots, Attribute.IDENTIFIER_COUNTRY)
            if found.group == slot.group and _tied(found, slot)
        ]
        own = slot.kind or "other"  # without a column that says the kind nothing is looked up by it
        kind = identifier_kind(kinds[0].name, own) if kinds else sql_text(own)
        implied = identifier_type_country(kinds[0].name) if kinds else "null"
        value = identifier_value(slot.name)
        default = f"'{slot.country.lower()}'" if slot.country else "null"
        is_tax = f"({kind}) = 'tax'"
        place = (
            f"case when ({kind}) = 'driving_licence' and length({places[0].name}) <= 3 then "
            f"lower({places[0].name}) "
            f"else coalesce(j_{places[0].name}.country, lower({places[0].name})) end"
            if places
            else "null"
        )
        country = (
            f"coalesce({place}, case when {is_tax} then {vat_country(value)} end, {implied}, {default}, '')"
        )
        body = f"case when {is_tax} then {vat_body(value)} else {value} end"
        columns += (
            f", {kind} as {slot.name}__kind, {country} as {slot.name}__country, {body} as {slot.name}__value"
        )
    return columns


def _tied(companion: Slot, identifier: Slot) -> bool:
    return companion.kind is None or identifier.kind is None or companion.kind == identifier.kind


@lru_cache(maxsize=64)
def joined_sql(source: StatedSource, *, number: int) -> str:
    """Return the query of the stated rows with the forms of every slot."""
    found = list(_form_joins(source, number))
    joins = " ".join(join for join, _ in found)
    columns = "".join(selected for _, selected in found)
    return (
        f"select stated.*{columns}{_identifier_columns(source.slots)} from {source.table} as stated {joins}"
    )
