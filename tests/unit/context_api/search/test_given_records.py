import dataclasses

import pytest
from pydantic import ValidationError

from context_api.search.given_records import MOST_VALUES, AddressIn, GivenRecordIn, IdentifierIn
from resolution.lookup.given import MOST_VALUES as READ
from resolution.lookup.given import GivenAddress, GivenIdentifier, GivenRecord


def test_every_field_that_a_look_up_reads_can_be_given() -> None:
    def names(kind: type) -> set[str]:
        return {field.name for field in dataclasses.fields(kind)}

    assert GivenRecordIn.model_fields.keys() - {"type"} == names(GivenRecord) - {"party_type"}
    assert AddressIn.model_fields.keys() == names(GivenAddress)
    assert IdentifierIn.model_fields.keys() == names(GivenIdentifier)
    assert MOST_VALUES == READ


@pytest.mark.parametrize(
    "given",
    [
        {"shoe_size": 9},
        {"full_name": "a" * 501},
        {"emails": ["a"] * 25},
        {"birth_dates": ["a"] * 9},
        {"type": "robot"},
    ],
)
def test_what_no_look_up_reads_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        GivenRecordIn.model_validate(given)


def test_unknown_names_are_one_fault_of_their_object_which_names_those_that_there_are() -> None:
    given = {"addresses": [{f"part{number}": "" for number in range(9)}], "city": "Bonn"}

    with pytest.raises(ValidationError) as outer:
        GivenRecordIn.model_validate(given)
    with pytest.raises(ValidationError) as inner:
        GivenRecordIn.model_validate({"addresses": given["addresses"]})

    (of_record,), (of_address,) = outer.value.errors(), inner.value.errors()
    assert (of_record["loc"], of_address["loc"]) == ((), ("addresses", 0))
    assert of_record["msg"].startswith("there is no field 'city' here; there are: addresses, ")
    assert of_address["msg"].startswith("there is no field 'part0' here; there are: city, country, ")
