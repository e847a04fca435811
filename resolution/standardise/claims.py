"""From a typed table to `claims`: one row per value that a source stated.

`value` is what the source said, `key` its comparison form: equal keys agree. What has no comparison form
(placeholders, broken values) is no claim.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from resolution.domain.attributes import Attribute, NameKind
from resolution.standardise import party_columns as columns
from resolution.standardise.party_records import TypedSource
from resolution.standardise.slots import Slot, of

PERSON, ORGANIZATION, PARTY = "party_type = 'person'", "is_organization and not is_mailbox", "not is_mailbox"
_NO_CLAIMS = """
select null::varchar as record_id, null::varchar as party_type, null::varchar as attribute, null::varchar
    as value,
    null::varchar as key, null::smallint as position where false"""
_FORMER = (
    "former",
    "maiden",
    "previous",
    "nee",
    "birth",
    "geborene",
    "geburtsname",
    "old",
    "prior",
    "ehemalig",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One attribute of one slot: SQL for value and key, and for whom it is stated."""

    attribute: str  # SQL
    value: str
    key: str
    position: int
    holds: str = "true"


def _named(slot: Slot, slots: Sequence[Slot], attribute: str) -> str:
    """Return SQL for the attribute of a name slot: other kinds of name are aliases or former names."""
    if slot.kind in (NameKind.FORMER, NameKind.MAIDEN):
        return "'former_name'"
    if slot.kind == NameKind.ALIAS:
        return "'alias'"
    kinds = [found for found in of(slots, Attribute.NAME_KIND) if found.group == slot.group]
    if not kinds:
        return f"'{attribute}'"
    kind = f"lower({kinds[0].name})"
    former = " or ".join(f"contains({kind}, '{word}')" for word in _FORMER)
    current = f"{kind} is null or {kind} in ('primary', 'main', 'current', 'legal', 'official', 'registered')"
    return f"case when {current} then '{attribute}' when {former} then 'former_name' else 'alias' end"


def _full(slot: Slot) -> str:
    return f"nullif(concat_ws(' ', {slot.name}__given, {slot.name}__middle, {slot.name}__family), '')"


def _name_claims(slots: Sequence[Slot]) -> Iterator[Claim]:
    given, family = (
        columns.primary(slots, Attribute.GIVEN_NAME),
        columns.primary(slots, Attribute.FAMILY_NAME),
    )
    middle, full = columns.primary(slots, Attribute.MIDDLE_NAME), columns.primary(slots, Attribute.FULL_NAME)
    for slot in of(slots, Attribute.FULL_NAME):
        key = (
            "coalesce(nullif(concat_ws(' ', given_name, middle_name, family_name), ''), '')"
            if slot is full
            else _full(slot)
        )
        yield Claim(
            _named(slot, slots, "full_name"),
            slot.name,
            key,
            slot.position,
            f"{PERSON} and {_full(slot)} is not null",
        )
    parts = [slot.name for slot in (given, middle, family) if slot is not None]
    if parts:
        missing = f"and {_full(full)} is null" if full is not None else ""
        key = "nullif(concat_ws(' ', given_name, middle_name, family_name), '')"
        yield Claim("'full_name'", f"concat_ws(' ', {', '.join(parts)})", key, 0, f"{PERSON} {missing}")
    for attribute in (Attribute.GIVEN_NAME, Attribute.MIDDLE_NAME, Attribute.FAMILY_NAME):
        for slot in of(slots, attribute):
            yield Claim(
                _named(slot, slots, attribute.value), slot.name, f"{slot.name}__words", slot.position, PERSON
            )
    if columns.has_suffix(slots):
        yield Claim("'name_suffix'", "name_suffix", "name_suffix", 0, PERSON)


def _organization_claims(slots: Sequence[Slot]) -> Iterator[Claim]:
    for prefix, attribute in (("", Attribute.ORGANIZATION_NAME), ("org_", Attribute.FULL_NAME)):
        for slot in of(slots, attribute):
            form = f"{slot.name}__{prefix}"
            yield Claim(
                _named(slot, slots, "organization_name"),
                slot.name,
                f"{form}name",
                slot.position,
                ORGANIZATION,
            )
            yield Claim("'alias'", f"{form}alias", f"{form}alias", slot.position, ORGANIZATION)
            yield Claim("'former_name'", f"{form}former", f"{form}former", slot.position, ORGANIZATION)
            yield Claim("'legal_form'", f"{form}legal_form", f"{form}legal_form", slot.position, ORGANIZATION)
    for place, slot in enumerate(of(slots, Attribute.EMPLOYER, Attribute.ORGANIZATION_NAME)):
        yield Claim("'employer'", slot.name, f"{slot.name}__name", place, PERSON)


def _contact_claims(slots: Sequence[Slot]) -> Iterator[Claim]:
    for slot in of(slots, Attribute.EMAIL):
        plain = f"regexp_full_match({slot.name}, '[^ <>:,;]+@[^ <>:,;]+')"
        yield Claim(
            "'email'",
            f"case when {plain} then {slot.name} else {slot.name}__email end",
            f"{slot.name}__email",
            slot.position,
        )
    for slot in of(slots, Attribute.PHONE):
        yield Claim("'phone'", slot.name, f"{slot.name}__phone", slot.position, PARTY)
    for slot in of(slots, Attribute.WEB_DOMAIN):
        yield Claim("'web_domain'", slot.name, columns.web_domain(slot), slot.position)


def _address_claims(slots: Sequence[Slot]) -> Iterator[Claim]:
    for place, group in enumerate(columns.address_groups(slots)):
        grouped = [slot for slot in slots if slot.group == group]
        parts = columns.address_columns(slots, group)
        stated = {
            attribute: next((slot.name for slot in of(grouped, attribute)), None)
            for attribute in columns.ADDRESS_ATTRIBUTES
        }
        located = f"coalesce({parts['postcode']}, {parts['city']})"
        key = f"nullif(concat_ws(' ', {parts['house_number']}, {parts['street']}, {located}), '')"
        holds = f"{PARTY} and coalesce({parts['street']}, {located}) is not null"
        yield Claim("'address'", _composed(stated), key, place, holds)
        for name, form in parts.items():
            if name == "address_extra":
                continue
            said = stated[Attribute(name)]
            value = f"coalesce({said}, {form})" if said is not None else form
            yield Claim(f"'{name}'", value, form, place, PARTY)


def _composed(stated: dict[Attribute, str | None]) -> str:
    """Return SQL for the one-line address as the source said it."""

    def said(attribute: Attribute) -> str:
        return stated[attribute] or "null::varchar"

    line = f"nullif(concat_ws(' ', {said(Attribute.HOUSE_NUMBER)}, {said(Attribute.STREET)}), '')"
    place = f"nullif(concat_ws(' ', {said(Attribute.POSTCODE)}, {said(Attribute.CITY)}), '')"
    pieces = [
        said(Attribute.ADDRESS),
        line,
        said(Attribute.UNIT),
        said(Attribute.ADDRESS_EXTRA),
        place,
        said(Attribute.STATE),
        said(Attribute.COUNTRY),
    ]
    return f"nullif(concat_ws(', ', {', '.join(pieces)}), '')"


def _further_claims(slots: Sequence[Slot]) -> Iterator[Claim]:
    for slot in of(slots, Attribute.BIRTH_DATE):
        value = slot.name if columns.is_column(slot) else f"{slot.name}__date"
        yield Claim("'birth_date'", value, f"{slot.name}__date", slot.position, PERSON)
    for slot in of(slots, Attribute.BIRTH_PLACE, Attribute.JOB_TITLE):
        yield Claim(f"'{slot.attribute.value}'", slot.name, f"{slot.name}__text", slot.position, PERSON)
    for slot in of(slots, Attribute.GENDER):
        yield Claim("'gender'", slot.name, columns.gender(slot), slot.position, PERSON)
    for slot in of(slots, Attribute.IDENTIFIER):
        key = f"{slot.name}__country || ':' || {slot.name}__value"
        yield Claim(f"'identifier.' || {slot.name}__kind", slot.name, key, slot.position, PARTY)


def _claims(slots: Sequence[Slot]) -> Iterator[Claim]:
    yield from _name_claims(slots)
    yield from _organization_claims(slots)
    yield from _contact_claims(slots)
    yield from _address_claims(slots)
    yield from _further_claims(slots)


def write_claims(
    connection: DuckDBPyConnection, sources: Sequence[TypedSource], *, table: str, left_out: Sequence[str]
) -> None:
    """Create `table` with the claims of the typed rows, but for those whose id is in `left_out`."""
    connection.execute(
        "create or replace temp table claims_left_out as select unnest(?::varchar[]) as record_id",
        [list(left_out)],
    )
    selects = [
        f"select record_id, party_type, {claim.attribute} as attribute, {claim.value} as "
        f"value, {claim.key} as key, "
        f"{claim.position}::smallint as position from {source.table} where {claim.holds}"
        for source in sources
        for claim in _claims(source.slots)
    ]
    union = " union all ".join(selects) or _NO_CLAIMS
    usable = "and record_id not in (from claims_left_out)" if left_out else ""
    connection.execute(
        f"create or replace table {table} as select * from ({union}) where key is not null and "
        f"value is not null {usable}"
    )
    connection.execute("drop table claims_left_out")
