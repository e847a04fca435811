"""What a column of a source can mean, and the mapping that says so.

A mapping is data: one `SourceMapping` per source, one `ColumnMapping` per column that is used. It is
inferred by `resolution/files`, corrected by people in `mapping.yml`, and applied by
`resolution/standardise`; nobody else reads it.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class PartyType(StrEnum):
    """The two kinds of party; records of different kinds are never in one cluster."""

    PERSON = "person"
    ORGANIZATION = "organization"


class Attribute(StrEnum):
    """The meaning of a column."""

    SOURCE = "source"  # names the source of the row
    SOURCE_ID = "source_id"  # the row's key within its source
    PARTY_TYPE = "party_type"  # person or organization, by row
    OBSERVED_AT = "observed_at"  # when the source last changed the row
    DELETED = "deleted"  # truthy: the source says the row is gone
    FULL_NAME = "full_name"  # a person's whole name, or the name of whatever the row is
    GIVEN_NAME = "given_name"
    MIDDLE_NAME = "middle_name"
    FAMILY_NAME = "family_name"
    NAME_SUFFIX = "name_suffix"
    ORGANIZATION_NAME = "organization_name"  # on a person's row: the employer
    EMPLOYER = "employer"
    JOB_TITLE = "job_title"
    EMAIL = "email"
    PHONE = "phone"
    WEB_DOMAIN = "web_domain"
    ADDRESS = "address"  # the whole address in one string
    STREET = "street"  # street line, with or without the house number
    HOUSE_NUMBER = "house_number"
    UNIT = "unit"
    ADDRESS_EXTRA = "address_extra"  # second address line, building, c/o
    POSTCODE = "postcode"
    CITY = "city"
    STATE = "state"
    COUNTRY = "country"
    BIRTH_DATE = "birth_date"
    BIRTH_YEAR = "birth_year"
    BIRTH_MONTH = "birth_month"
    BIRTH_DAY = "birth_day"
    BIRTH_PLACE = "birth_place"
    GENDER = "gender"
    IDENTIFIER = "identifier"
    IDENTIFIER_COUNTRY = "identifier_country"
    IDENTIFIER_KIND = "identifier_kind"
    NAME_KIND = "name_kind"  # a column whose values say `AKA`, `former`, … of a name group
    IGNORE = "ignore"


class IdentifierKind(StrEnum):
    """Kinds of identifier; the value of `ColumnMapping.kind` for IDENTIFIER columns."""

    TAX = "tax"
    NATIONAL = "national"
    SOCIAL_SECURITY = "social_security"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving_licence"
    LEI = "lei"
    REGISTRATION = "registration"
    OTHER = "other"


class NameKind(StrEnum):
    """Kinds of name; the value of `ColumnMapping.kind` for name columns."""

    PRIMARY = "primary"
    MAIDEN = "maiden"
    FORMER = "former"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What one column means.

    `group` ties columns that belong together (the second address: `2`). `kind` is an
    `IdentifierKind` or a `NameKind`; `country` an ISO 3166 alpha-2 code that holds for the whole
    column. `confidence` (0 to 1) is how sure the inference was; 1 when a person said it.
    """

    column: str
    attribute: Attribute
    group: int = 1
    kind: str | None = None
    country: str | None = None
    confidence: float = 1.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """How one file (or one table) is read.

    `source` is the constant source name, used where no column is mapped to SOURCE. `party_type` is
    the type of every row, or None when it is decided by row (PARTY_TYPE column, else by the names
    a row has). `duplicate_free` None means: found from the data.
    """

    file: str
    source: str
    columns: tuple[ColumnMapping, ...]
    party_type: PartyType | None = None
    duplicate_free: bool | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """The mapping of a whole run: one entry per input file."""

    sources: tuple[SourceMapping, ...] = field(default=())
