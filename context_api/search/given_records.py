"""What a caller gives to be matched: records as people write them, with the limits of each field."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from resolution.domain.attributes import IdentifierKind, PartyType

MOST_VALUES = 24  # of one kind in one record, as many as a look-up reads
MOST_COLUMNS = 8  # of a kind whose every value is a column: a look-up compiles statements for so many first
LONGEST_NAME = 50  # of an unknown field, as it is told back
Text = Annotated[str, Field(max_length=500)]
Texts = Annotated[list[Text], Field(max_length=MOST_VALUES)]
Columns = Annotated[list[Text], Field(max_length=MOST_COLUMNS)]


class KnownNamesOnly(BaseModel):
    """Refuses other names, with those that there are: one fault of each object, however many it has."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _no_other_names(cls, given: object) -> object:
        """Raise for the first unknown name: to tell of each would take a second for a body full of them."""
        unknown = given.keys() - cls.model_fields.keys() if isinstance(given, dict) else set()
        if unknown:
            told = {"name": repr(min(unknown)[:LONGEST_NAME]), "known": ", ".join(sorted(cls.model_fields))}
            raise PydanticCustomError(
                "unknown_field", "there is no field {name} here; there are: {known}", told
            )
        return given


class AddressIn(KnownNamesOnly):
    """An address, in one line (`line`), in parts, or both."""

    line: Text | None = None
    street: Text | None = None
    house_number: Text | None = None
    unit: Text | None = None
    extra: Text | None = None
    postcode: Text | None = None
    city: Text | None = None
    state: Text | None = None
    country: Text | None = None


class IdentifierIn(KnownNamesOnly):
    """An identifier; without `country` its value may say it (a VAT number does)."""

    value: Text
    kind: IdentifierKind = IdentifierKind.OTHER
    country: Text | None = None


class GivenRecordIn(KnownNamesOnly):
    """What is known of somebody, as people write it; nothing is required but something."""

    record_id: Annotated[
        Text | None, Field(description="Names it in the answer; a record of this id is left out.")
    ] = None
    source: Annotated[Text, Field(description="By whose habit dates are read.")] = "given"
    type: PartyType | None = None
    is_mailbox: Annotated[bool, Field(description="A mailbox that several share, such as info@…")] = False
    full_name: Text | None = None
    given_name: Text | None = None
    middle_name: Text | None = None
    family_name: Text | None = None
    name_suffix: Text | None = None
    other_names: Columns = []
    former_family_names: Columns = []
    organization_names: Columns = []
    employer: Text | None = None
    job_title: Text | None = None
    emails: Texts = []
    phones: Texts = []
    web_domain: Text | None = None
    addresses: Annotated[list[AddressIn], Field(max_length=MOST_COLUMNS)] = []
    birth_dates: Columns = []
    birth_place: Text | None = None
    gender: Text | None = None
    identifiers: Annotated[list[IdentifierIn], Field(max_length=MOST_COLUMNS)] = []
