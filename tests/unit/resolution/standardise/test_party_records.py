import json
from collections.abc import Callable
from typing import Any

import pytest

Standardised = Callable[..., Any]


@pytest.mark.parametrize(
    ("row", "party_type"),
    [
        pytest.param({"party_type": "PERSON", "full_name": "Ann Lee"}, "person", id="person"),
        pytest.param({"party_type": "Kontakt", "full_name": "Ann Lee"}, "person", id="german-person"),
        pytest.param({"party_type": "company", "full_name": "Acme Ltd"}, "organization", id="company"),
        pytest.param(
            {"party_type": "Firma", "organization_name": "Acme"}, "organization", id="german-company"
        ),
        pytest.param({"full_name": "Ann Lee", "organization_name": "Acme"}, "person", id="by-person-name"),
        pytest.param({"organization_name": "Acme"}, "organization", id="by-organisation-name"),
        pytest.param({"email": "a@b.de"}, "person", id="default"),
    ],
)
def test_the_type_of_a_party(row: dict[str, str], party_type: str, standardised: Standardised) -> None:
    assert standardised(row).record["party_type"] == party_type


def test_given_and_family_name_win_over_the_whole_name(standardised: Standardised) -> None:
    row = {"given_name": "Ann", "family_name": "Lee-Ray", "full_name": "Ann Mary Ray"}

    record = standardised(row).record

    assert (record["given_name"], record["middle_name"], record["family_name"]) == ("ann", "mary", "lee ray")
    assert record["full_name"] == "ann mary lee ray"
    assert record["name_tokens"] == ["ann", "lee", "mary", "ray"]


def test_the_whole_name_fills_what_is_missing(standardised: Standardised) -> None:
    record = standardised({"given_name": "n/a", "family_name": None, "full_name": "Lee, Ann"}).record

    assert (record["given_name"], record["family_name"]) == ("ann", "lee")


def test_other_names_are_kept_beside_the_first(standardised: Standardised) -> None:
    row = {"full_name": "Ann Lee", "family_name_2@maiden": "Ray", "full_name_3@alias": "Annie Li"}

    record = standardised(row).record

    assert (record["given_name"], record["family_name"]) == ("ann", "lee")
    assert (record["given_names_alt"], record["family_names_alt"]) == (["annie"], ["li", "ray"])


def test_the_organisation_of_a_person_is_the_employer(standardised: Standardised) -> None:
    record = standardised({"full_name": "Ann Lee", "organization_name": "Acme GmbH"}).record

    assert (record["employer"], record["org_name"]) == ("acme", None)


def test_the_names_of_an_organisation(standardised: Standardised) -> None:
    record = standardised({"organization_name": "Acme GmbH", "organization_name_2": "ACE Tools"}).record

    assert (record["org_name"], record["legal_form"], record["org_names_alt"]) == (
        "acme",
        "gmbh",
        ["ace tools"],
    )
    assert (record["org_tokens"], record["name_tokens"]) == (["acme"], None)


@pytest.mark.parametrize(
    "row",
    [
        {"party_type": "mailbox", "full_name": "Info", "email": "info@acme.de"},
        {"party_type": "person", "full_name": "Sales Team", "email": "sales@acme.de"},
    ],
)
def test_a_mailbox_has_an_address_and_no_name(row: dict[str, str], standardised: Standardised) -> None:
    record = standardised(row).record

    assert (record["party_type"], record["org_name"], record["full_name"]) == ("organization", None, None)
    assert (record["web_domain"], record["is_role_email"]) == ("acme.de", True)


def test_a_person_with_a_role_address_stays_a_person(standardised: Standardised) -> None:
    assert standardised({"full_name": "Ann Lee", "email": "info@acme.de"}).record["party_type"] == "person"


def test_several_values_of_one_kind(standardised: Standardised) -> None:
    row = {
        "full_name": "Ann Lee",
        "phone": "030 1234567",
        "phone_2": "030 7654321",
        "email": ["a@x.de", "b@x.de"],
    }

    record = standardised(row).record

    assert (record["phone"], record["phones_alt"]) == ("301234567", ["307654321"])
    assert (record["email"], record["emails_alt"]) == ("a@x.de", ["b@x.de"])


def test_the_parts_of_two_addresses(standardised: Standardised) -> None:
    row = {
        "full_name": "Ann Lee",
        "street": "1 Main Street",
        "city": "Berlin",
        "street_2": "Hauptstr. 2",
        "postcode_2": "10115",
    }

    record = standardised(row).record

    assert (record["house_number"], record["street"], record["city"]) == ("1", "main st", "berlin")
    assert record["addresses_alt"] == [
        {"house_number": "2", "street": "haupt st", "postcode": "10115", "city": None}
    ]


def test_a_street_column_may_hold_the_whole_address(standardised: Standardised) -> None:
    record = standardised({"full_name": "A Lee", "street": "9304 W. 15th St La Blanca, FL 60527"}).record

    found = (record["house_number"], record["street"], record["city"], record["state"], record["postcode"])
    assert found == ("9304", "w 15 st", "la blanca", "fl", "60527")


def test_a_birth_date_in_three_columns(standardised: Standardised) -> None:
    record = standardised(
        {"full_name": "A Lee", "birth_year": "1970", "birth_month": "5", "birth_day": "3"}
    ).record

    assert record["birth_date"] == "1970-05-03"


def test_identifiers_name_kind_and_country(standardised: Standardised) -> None:
    row = {
        "organization_name": "Acme",
        "identifier@tax": "DE512326895",
        "identifier_2@lei": "5493001KJTIIGC8Y1R12",
    }

    assert standardised(row).record["identifiers"] == ["lei::5493001KJTIIGC8Y1R12", "tax:de:512326895"]


def test_a_type_column_says_what_an_identifier_is(standardised: Standardised) -> None:
    row = {"full_name": "A Lee", "identifier": "201-77-7719", "identifier_kind": "SSN"}

    assert standardised(row).record["identifiers"] == ["social_security:us:201777719"]


@pytest.mark.parametrize(
    "row", [{"full_name": "n/a", "birth_date": "1970-05-03"}, {"email": "none", "city": "-"}]
)
def test_a_row_with_nothing_to_compare_is_quarantined(
    row: dict[str, str], standardised: Standardised
) -> None:
    result = standardised(row)

    assert (result.records, result.claims) == ([], [])
    assert (result.quarantine[0]["file"], result.quarantine[0]["line"]) == ("file.csv", 2)
    assert "nothing to compare" in result.quarantine[0]["reason"]
    kept = json.loads(result.quarantine[0]["row_json"])
    assert {name: value for name, value in kept.items() if value is not None} == row


def test_a_tombstone_is_no_row_without_content(standardised: Standardised) -> None:
    assert standardised({"full_name": None, "deleted": "true"}).record["is_deleted"] is True


@pytest.mark.parametrize(
    "said", ["2024-03-01 10:00:00", "2024-03-01T10:00:00Z", "1709287200", "01.03.2024 10:00"]
)
def test_the_time_of_a_row(said: str, standardised: Standardised) -> None:
    record = standardised({"full_name": "A Lee", "observed_at": said}).record

    assert str(record["observed_at"]) == "2024-03-01 10:00:00"
