"""Records that somebody asks about: raw values by meaning, as a mapping would name them.

They are standardised by `resolution/standardise`, by a mapping made for their shape: how many values of
each kind there may be. Shapes are few and grow in steps, so that statements compiled once serve all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields

from resolution.domain.attributes import (
    Attribute,
    ColumnMapping,
    IdentifierKind,
    NameKind,
    PartyType,
    SourceMapping,
)
from resolution.domain.errors import NothingToLookUp
from resolution.domain.ids import record_id as id_of
from resolution.few_rows.tables import Table

SOURCE = "given"
TABLE = "given_rows"
MOST_VALUES = 24  # of one kind in one record, as many as standardising reads of a column


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAddress:
    """An address, in one line (`line`), in parts, or both."""

    line: str | None = None
    street: str | None = None
    house_number: str | None = None
    unit: str | None = None
    extra: str | None = None
    postcode: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenIdentifier:
    """An identifier; without `country` its value may say it (a VAT number does)."""

    value: str
    kind: IdentifierKind = IdentifierKind.OTHER
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRecord:
    """What is known of somebody. Values are as people write them; nothing is required but something.

    `source` says by whose habit dates are read (the model knows that of its sources). `record_id` names the
    record in the answer, and is left out of what it is compared with. A shared mailbox (`info@`) is an
    organisation without a name; where the party type is not said, a role address is taken for one.
    """

    record_id: str | None = None
    source: str = SOURCE
    party_type: PartyType | None = None
    is_mailbox: bool = False
    full_name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None
    family_name: str | None = None
    name_suffix: str | None = None
    other_names: Sequence[str] = ()
    former_family_names: Sequence[str] = ()
    organization_names: Sequence[str] = ()
    employer: str | None = None
    job_title: str | None = None
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    web_domain: str | None = None
    addresses: Sequence[GivenAddress] = ()
    birth_dates: Sequence[str] = ()
    birth_place: str | None = None
    gender: str | None = None
    identifiers: Sequence[GivenIdentifier] = ()


_SINGLE = {
    "full_name": Attribute.FULL_NAME,
    "given_name": Attribute.GIVEN_NAME,
    "middle_name": Attribute.MIDDLE_NAME,
    "family_name": Attribute.FAMILY_NAME,
    "name_suffix": Attribute.NAME_SUFFIX,
    "employer": Attribute.EMPLOYER,
    "job_title": Attribute.JOB_TITLE,
    "web_domain": Attribute.WEB_DOMAIN,
    "birth_place": Attribute.BIRTH_PLACE,
    "gender": Attribute.GENDER,
}
_LISTS = {"emails": Attribute.EMAIL, "phones": Attribute.PHONE}
_SEVERAL = {
    "other_names": (Attribute.FULL_NAME, NameKind.ALIAS),
    "former_family_names": (Attribute.FAMILY_NAME, NameKind.FORMER),
    "organization_names": (Attribute.ORGANIZATION_NAME, None),
    "birth_dates": (Attribute.BIRTH_DATE, None),
}
_ADDRESS = {
    "line": Attribute.ADDRESS,
    "street": Attribute.STREET,
    "house_number": Attribute.HOUSE_NUMBER,
    "unit": Attribute.UNIT,
    "extra": Attribute.ADDRESS_EXTRA,
    "postcode": Attribute.POSTCODE,
    "city": Attribute.CITY,
    "state": Attribute.STATE,
    "country": Attribute.COUNTRY,
}
_OFTEN = {
    "emails": 2,
    "phones": 2,
    "organization_names": 1,
    "birth_dates": 1,
    "addresses": 1,
    **{kind.value: int(kind in (IdentifierKind.TAX, IdentifierKind.REGISTRATION)) for kind in IdentifierKind},
}
_AMPLE = {name: 4 if name in _LISTS else 2 for name in (*_LISTS, *_SEVERAL, "addresses")} | {
    kind.value: 2 if _OFTEN[kind.value] else 1 for kind in IdentifierKind
}


@dataclass(frozen=True, slots=True)
class Shape:
    """How many values of each kind the records of one table may hold."""

    counts: tuple[tuple[str, int], ...] = field(default=tuple(sorted(_OFTEN.items())))

    def of(self, name: str) -> int:
        """Return how many values of a kind there may be."""
        return dict(self.counts).get(name, 0)


@dataclass(frozen=True, slots=True)
class GivenRows:
    """Given records of one source as a table for standardising, with its mapping."""

    rows: Table
    mapping: SourceMapping
    table: str = TABLE


def shape_of(records: Sequence[GivenRecord]) -> Shape:
    """Return the smallest shape that holds the records: one of two, or the larger one with some doubled."""
    counts = [(name, count) for record in records for name, count in _counts(record)]
    if all(count <= _OFTEN.get(name, 0) for name, count in counts):
        return Shape()
    needed = dict(_AMPLE)
    for name, count in counts:
        while needed[name] < count:
            needed[name] *= 2
    return Shape(tuple(sorted(needed.items())))


def _counts(record: GivenRecord) -> Iterator[tuple[str, int]]:
    for name in (*_LISTS, *_SEVERAL, "addresses"):
        yield name, len(getattr(record, name))
    for kind in IdentifierKind:
        yield kind.value, sum(identifier.kind is kind for identifier in record.identifiers)


def check_given(records: Sequence[GivenRecord]) -> None:
    """Refuse what no standardising reads.

    Raises:
        NothingToLookUp: A record holds no value, or too many of one kind.
    """
    for position, record in enumerate(records):
        for name, count in _counts(record):
            if count > MOST_VALUES:
                message = f"record {position} holds {count} {name}; {MOST_VALUES} are read at most"
                raise NothingToLookUp(message, position=position, field=name)
        if not stated_fields(record):
            message = (
                f"record {position} is empty; give a name, an e-mail, a phone, an identifier or an address"
            )
            raise NothingToLookUp(message, position=position, field="record")


def stated_fields(record: GivenRecord) -> list[str]:
    """Return the fields that hold something."""
    named = {"record_id", "source", "party_type", "is_mailbox"}
    return [f.name for f in fields(record) if f.name not in named and getattr(record, f.name)]


def given_id(record: GivenRecord, position: int) -> str:
    """Return the record's id, or one that no source record has."""
    return record.record_id or id_of(SOURCE, str(position))


def given_rows(records: Sequence[tuple[str, GivenRecord]], *, source: str, shape: Shape) -> GivenRows:
    """Return the table of records with their ids, and the mapping of its columns."""
    columns = list(_columns(shape))
    rows = [
        (
            *values_of(record, shape),
            _said_type(record),
            record_id,
            source,
            record_id,
            SOURCE,
            line,
        )
        for line, (record_id, record) in enumerate(records)
    ]
    names = tuple(column.column for column in columns)
    kinds = {name: "VARCHAR[]" for name in _LISTS}
    table = Table((*names, "_record_id", "_source", "_source_id", "_file", "_line"), rows, kinds)
    return GivenRows(table, SourceMapping(SOURCE, source, tuple(columns)))


def _said_type(record: GivenRecord) -> str | None:
    if record.is_mailbox:
        return "mailbox"
    return record.party_type.value if record.party_type is not None else None


def _columns(shape: Shape) -> Iterator[ColumnMapping]:
    for name, attribute in _SINGLE.items():
        yield ColumnMapping(name, attribute)
    for name, attribute in _LISTS.items():
        yield ColumnMapping(name, attribute)
    for name, (attribute, kind) in _SEVERAL.items():
        for n in range(shape.of(name)):
            yield ColumnMapping(f"{name}_{n}", attribute, group=n + 2, kind=kind.value if kind else None)
    for n in range(shape.of("addresses")):
        for part, attribute in _ADDRESS.items():
            yield ColumnMapping(f"address_{n}_{part}", attribute, group=n + 1)
    for identifier in IdentifierKind:
        for n in range(shape.of(identifier.value)):
            name, group, said = f"{identifier.value}_{n}", n + 1, identifier.value
            yield ColumnMapping(name, Attribute.IDENTIFIER, group=group, kind=said)
            yield ColumnMapping(f"{name}_country", Attribute.IDENTIFIER_COUNTRY, group=group, kind=said)
    yield ColumnMapping("party_type", Attribute.PARTY_TYPE)


def values_of(record: GivenRecord, shape: Shape) -> Iterator[object]:
    """Yield the values of a record in the order of the columns of its shape."""
    for name in _SINGLE:
        yield getattr(record, name)
    for name in _LISTS:
        yield _filled(getattr(record, name), shape.of(name))
    for name in _SEVERAL:
        yield from _filled(getattr(record, name), shape.of(name))
    for n in range(shape.of("addresses")):
        for part in _ADDRESS:
            yield getattr(record.addresses[n], part) if n < len(record.addresses) else None
    for kind in IdentifierKind:
        held = [identifier for identifier in record.identifiers if identifier.kind is kind]
        for n in range(shape.of(kind.value)):
            yield held[n].value if n < len(held) else None
            yield held[n].country if n < len(held) else None


def _filled(values: Sequence[str], count: int) -> list[str | None]:
    return [*values, *([None] * (count - len(values)))]
