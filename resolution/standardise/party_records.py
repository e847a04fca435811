"""From a joined table to `party_records`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from duckdb import DuckDBPyConnection

from resolution.domain.attributes import Attribute, PartyType
from resolution.standardise import party_columns as columns
from resolution.standardise.slots import Slot, of

PARTY_RECORDS = """
create or replace temp table party_records_layout (
    record_id varchar, source varchar, source_id varchar, party_type varchar, observed_at timestamp,
        is_deleted boolean,
    given_name varchar, middle_name varchar, family_name varchar, full_name varchar, name_suffix varchar,
    given_names_alt varchar[], family_names_alt varchar[], name_tokens varchar[],
    org_name varchar, org_names_alt varchar[], org_tokens varchar[], legal_form varchar, employer varchar,
    email varchar, email_local varchar, email_domain varchar, is_free_email boolean, is_role_email boolean,
        emails_alt varchar[],
    phone varchar, phones_alt varchar[],
    house_number varchar, street varchar, unit varchar, address_extra varchar, postcode varchar,
        city varchar, state varchar, country varchar,
    addresses_alt struct(house_number varchar, street varchar, postcode varchar, city varchar)[],
    birth_date varchar, birth_dates_alt varchar[], birth_place varchar, gender varchar, job_title varchar,
        web_domain varchar,
    identifiers varchar[]
)"""
QUARANTINE = """
create table if not exists quarantine (file varchar, line bigint, field varchar, reason varchar,
    row_json varchar)
"""
_TRUTHY = "('1', 'true', 't', 'yes', 'y', 'deleted', 'ja', 'si', 'oui', 'x', 'removed', 'inactive_deleted')"


def _first(slots: Sequence[Slot], attribute: Attribute, field: str) -> str:
    found = of(slots, attribute)
    return columns.coalesced(f"{slot.name}__{field}" for slot in found)


@dataclass(frozen=True, slots=True)
class TypedSource:
    """A source whose rows stand in temporary table `table` with their forms and party types settled.

    `rows` is the source table they come from.
    """

    table: str
    rows: str
    slots: tuple[Slot, ...]


def type_rows(
    connection: DuckDBPyConnection, source: TypedSource, *, joined: str, constant: PartyType | None
) -> None:
    """Create the typed table from query `joined`: `party_type`, `is_mailbox` and the names settled."""
    connection.execute(_typed_sql(source, joined, constant))


@lru_cache(maxsize=64)
def _typed_sql(source: TypedSource, joined: str, constant: PartyType | None) -> str:
    slots = source.slots
    names = columns.person_columns(slots)
    organization = columns.organization_names(slots)
    named = "coalesce(" + ", ".join([*names.values(), "null::varchar"]) + ") is not null"
    default = constant.value if constant is not None else PartyType.PERSON.value
    has_org = f"{columns.coalesced(organization)} is not null"
    role = (
        f"coalesce({_first(slots, Attribute.EMAIL, 'is_role')}, false)"
        if of(slots, Attribute.EMAIL)
        else "false"
    )
    settled = ", ".join(f"{sql} as {name}" for name, sql in names.items())
    return f"""
create or replace temp table {source.table} as
with named as (
    select *, {settled},
        coalesce(declared_type, case when {named} then 'person' when {has_org} then 'organization'
            else '{default}' end) as stated_type
    from ({joined})
)
select * replace (
        case when is_mailbox or party_type = 'organization' then null else given_name end as given_name,
        case when is_mailbox or party_type = 'organization' then null else middle_name end as middle_name,
        case when is_mailbox or party_type = 'organization' then null else family_name end as family_name,
        case when is_mailbox or party_type = 'organization' then null else name_suffix end as name_suffix)
from (
    select *, is_mailbox or stated_type = 'organization' as is_organization,
        case when is_mailbox or stated_type = 'organization' then 'organization' else 'person' end
            as party_type
    from (
        select *, stated_type = 'mailbox' or (stated_type = 'person' and {role}
            and concat_ws(' ', given_name, middle_name, family_name) in {columns.role_names()}) as is_mailbox
        from named
    )
)"""


def _person(expression: str) -> str:
    return f"case when party_type = 'person' then {expression} end"


def _organization(expression: str) -> str:
    return f"case when party_type = 'organization' and not is_mailbox then {expression} end"


def _known(expression: str) -> str:
    return f"case when not is_mailbox then {expression} end"


def _name_selects(slots: Sequence[Slot]) -> dict[str, str]:
    given_alt = columns.listed(columns.other_given_names(slots), without="given_name")
    family_alt = columns.listed(columns.other_family_names(slots), without="family_name")
    others = [*columns.other_given_names(slots), *columns.other_family_names(slots)]
    all_names = ", ".join(["given_name", "middle_name", "family_name", *others])
    organization = columns.organization_names(slots)
    core = columns.coalesced(organization)
    return {
        "given_name": "given_name",
        "middle_name": "middle_name",
        "family_name": "family_name",
        "full_name": "nullif(concat_ws(' ', given_name, middle_name, family_name), '')",
        "name_suffix": "name_suffix",
        "given_names_alt": _person(given_alt),
        "family_names_alt": _person(family_alt),
        "name_tokens": _person(
            f"nullif(list_sort(list_distinct(string_split(concat_ws(' ', {all_names}), ' '))), [''])"
        ),
        "org_name": _organization(core),
        "org_names_alt": _organization(columns.listed(organization, without=core)),
        "org_tokens": _organization(f"list_sort(list_distinct(string_split({core}, ' ')))"),
        "legal_form": _organization(columns.coalesced(columns.legal_forms(slots))),
        "employer": _person(columns.coalesced(columns.employers(slots))),
    }


def _contact_selects(slots: Sequence[Slot]) -> dict[str, str]:
    emails = of(slots, Attribute.EMAIL)
    phones = of(slots, Attribute.PHONE)
    email, phone = _first(slots, Attribute.EMAIL, "email"), _first(slots, Attribute.PHONE, "phone")
    selects = {
        "email": email,
        "email_local": f"nullif(split_part({email}, '@', 1), '')",
        "email_domain": f"nullif(split_part({email}, '@', 2), '')",
        "is_free_email": _first(slots, Attribute.EMAIL, "is_free") if emails else "null",
        "is_role_email": _first(slots, Attribute.EMAIL, "is_role") if emails else "null",
        "emails_alt": columns.listed((f"{slot.name}__email" for slot in emails), without=email)
        if len(emails) > 1
        else "null",
        "phone": _known(phone),
        "phones_alt": _known(columns.listed((f"{slot.name}__phone" for slot in phones), without=phone))
        if len(phones) > 1
        else "null",
    }
    webs = of(slots, Attribute.WEB_DOMAIN)
    mailbox = f"case when is_mailbox then {selects['email_domain']} end"
    selects["web_domain"] = columns.coalesced([*(columns.web_domain(slot) for slot in webs), mailbox])
    return selects


def _address_selects(slots: Sequence[Slot]) -> dict[str, str]:
    groups = columns.address_groups(slots)
    parts = columns.address_columns(slots, groups[0] if groups else 1)
    selects = {name: _known(sql) for name, sql in parts.items()}
    others = []
    for group in groups[1:]:
        other = columns.address_columns(slots, group)
        packed = ", ".join(
            f"'{part}': {other[part]}" for part in ("house_number", "street", "postcode", "city")
        )
        said = columns.coalesced(other[part] for part in ("street", "postcode", "city"))
        others.append(f"case when {said} is not null then {{{packed}}} end")
    if others:
        packed = f"list_filter([{', '.join(others)}], one -> one is not null)"
        selects["addresses_alt"] = _known(f"nullif({packed}, [])")
    return selects


def _further_selects(slots: Sequence[Slot]) -> dict[str, str]:
    dates = of(slots, Attribute.BIRTH_DATE)
    birth = columns.coalesced(f"{slot.name}__date" for slot in dates)
    readings = [f"{slot.name}__{part}" for slot in dates for part in ("date", "other")]
    identifiers = [
        f"{slot.name}__kind || ':' || {slot.name}__country || ':' || {slot.name}__value"
        for slot in of(slots, Attribute.IDENTIFIER)
    ]
    times = of(slots, Attribute.OBSERVED_AT)
    deleted = of(slots, Attribute.DELETED)
    return {
        "observed_at": columns.moment(times[0]) if times else "null::timestamp",
        "is_deleted": f"coalesce(lower({deleted[0].name}) in {_TRUTHY}, false)" if deleted else "false",
        "birth_date": _person(birth),
        "birth_dates_alt": _person(columns.listed(readings, without=birth)),
        "birth_place": _person(_first(slots, Attribute.BIRTH_PLACE, "text")),
        "gender": _person(columns.coalesced(columns.gender(slot) for slot in of(slots, Attribute.GENDER))),
        "job_title": _person(_first(slots, Attribute.JOB_TITLE, "text")),
        "identifiers": _known(columns.listed(identifiers)),
    }


_ADDED = frozenset({"_record_id", "_source", "_source_id", "_file", "_line"})  # by reading
_COMPARABLE = (  # the cheapest to make and most often there first
    "full_name",
    "org_name",
    "email",
    "phone",
    "postcode",
    "city",
    "street",
    "web_domain",
    "identifiers",
    "name_tokens",
    "org_names_alt",
)


@lru_cache(maxsize=64)
def _selects(slots: tuple[Slot, ...]) -> str:
    expressions = {
        "record_id": "record_id",
        "source": "source",
        "source_id": "source_id",
        "party_type": "party_type",
        **_name_selects(slots),
        **_contact_selects(slots),
        **_address_selects(slots),
        **_further_selects(slots),
    }
    return ", ".join(f"{sql} as {name}" for name, sql in expressions.items())


def write_party_records(
    connection: DuckDBPyConnection, sources: Sequence[TypedSource], *, table: str
) -> None:
    """Create `table` (see `PARTY_RECORDS` for its columns); rows with nothing to compare are left out."""
    connection.execute(PARTY_RECORDS)
    selects = [f"select {_selects(source.slots)} from {source.table}" for source in sources]
    union = " union all by name ".join(["from party_records_layout", *selects])
    # the filter makes values once more, but only as far as the first that is there: cheaper than to hold all
    says_something = " or ".join(f"{column} is not null" for column in _COMPARABLE)
    connection.execute(
        f"create or replace table {table} as select * from ({union}) where is_deleted or {says_something}"
    )
    connection.execute("drop table party_records_layout")


def quarantine_empty(
    connection: DuckDBPyConnection, sources: Sequence[TypedSource], *, table: str
) -> list[str]:
    """Append the rows that `table` left out to `quarantine`; returns their record ids."""
    left_out: list[str] = []
    for source in sources:
        found = connection.execute(
            f"select record_id from {source.table} anti join {table} using (record_id)"
        ).fetchall()
        ids = [row[0] for row in found]
        if not ids:
            continue
        left_out += ids
        connection.execute(QUARANTINE)
        connection.execute(
            f"""
insert into quarantine by name
select _file as file, _line as line, null::varchar as field, ? as reason,
    to_json({_as_read(connection, source.rows)})::varchar as row_json
from {source.rows} where _record_id in (select unnest(?)) order by _file, _line
""",
            ["nothing to compare: no name, organisation, e-mail, phone, identifier or address", ids],
        )
    return left_out


def _as_read(connection: DuckDBPyConnection, rows: str) -> str:
    """Return SQL for a row as its source has it: without the columns that reading added."""
    names = [row[0].replace('"', '""') for row in connection.execute(f"describe {rows}").fetchall()]
    stated = [f'"{name}" := "{name}"' for name in names if name not in _ADDED]
    return f"struct_pack({', '.join(stated)})"
