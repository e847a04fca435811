"""What a party is called."""

from known_party import claim, company

from resolution.domain.attributes import PartyType


def test_an_organisation_and_a_person_each_go_by_their_own_attribute() -> None:
    values = (claim("full_name", "Ann"), claim("organization_name", "Roe"))

    assert company(values=values).name == "Roe"
    assert company(values=values, party_type=PartyType.PERSON).name == "Ann"


def test_only_the_primary_value_is_the_name() -> None:
    assert company(values=(claim("organization_name", "Second", position=1),)).name is None
