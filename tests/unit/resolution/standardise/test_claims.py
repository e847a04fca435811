from collections.abc import Callable
from typing import Any

import pytest

Standardised = Callable[..., Any]


@pytest.mark.parametrize(
    ("row", "attribute", "claims"),
    [
        pytest.param(
            {"full_name": "LEE, Ann"}, "full_name", [("LEE, Ann", "ann lee")], id="whole-name-as-stated"
        ),
        pytest.param(
            {"given_name": "Ann", "family_name": "Lee"},
            "full_name",
            [("Ann Lee", "ann lee")],
            id="whole-name-composed",
        ),
        pytest.param(
            {"family_name": "Müller "}, "family_name", [("Müller", "muller")], id="unicode-kept-and-trimmed"
        ),
        pytest.param(
            {"full_name": "A Lee", "family_name_2@maiden": "Ray"},
            "former_name",
            [("Ray", "ray")],
            id="maiden-name",
        ),
        pytest.param(
            {"full_name": "A Lee", "full_name_2@alias": "Bo Li"}, "alias", [("Bo Li", "bo li")], id="alias"
        ),
        pytest.param(
            {"organization_name": "Acme", "organization_name_2": "Ace", "name_kind_2": "AKA"},
            "alias",
            [("Ace", "ace")],
            id="kind-from-a-column",
        ),
        pytest.param(
            {"organization_name": "Acme GmbH"},
            "organization_name",
            [("Acme GmbH", "acme")],
            id="organisation",
        ),
        pytest.param({"organization_name": "Acme GmbH"}, "legal_form", [("gmbh", "gmbh")], id="legal-form"),
        pytest.param(
            {"full_name": "A Lee", "organization_name": "Acme"}, "employer", [("Acme", "acme")], id="employer"
        ),
        pytest.param({"email": "Ann@X.de"}, "email", [("Ann@X.de", "ann@x.de")], id="e-mail-as-stated"),
        pytest.param(
            {"email": "Ann <ann@x.de>"}, "email", [("ann@x.de", "ann@x.de")], id="e-mail-without-display"
        ),
        pytest.param(
            {"full_name": "A Lee", "phone": "030 123456", "phone_2": "n/a", "phone_3": "030 654321"},
            "phone",
            [("030 123456", "30123456"), ("030 654321", "30654321")],
            id="several-phones",
        ),
        pytest.param(
            {"street": "1 Main Street", "postcode": "10115", "city": "Berlin"},
            "address",
            [("1 Main Street, 10115 Berlin", "1 main st 10115")],
            id="composed-address",
        ),
        pytest.param({"email": "a@x.de", "country": "Germany"}, "country", [("Germany", "de")], id="country"),
        pytest.param(
            {"full_name": "A Lee", "birth_date": "Mar 1 1970"},
            "birth_date",
            [("Mar 1 1970", "1970-03-01")],
            id="date",
        ),
        pytest.param(
            {"full_name": "A Lee", "gender": "Weiblich"}, "gender", [("Weiblich", "f")], id="gender"
        ),
        pytest.param(
            {"organization_name": "Acme", "identifier@tax": "DE 512326895"},
            "identifier.tax",
            [("DE 512326895", "de:512326895")],
            id="identifier",
        ),
        pytest.param(
            {"organization_name": "Acme", "web_domain": "https://www.Acme.com/x"},
            "web_domain",
            [("https://www.Acme.com/x", "acme.com")],
            id="web",
        ),
        pytest.param(
            {"full_name": "A Lee", "job_title": "unknown"}, "job_title", [], id="placeholder-is-no-claim"
        ),
    ],
)
def test_what_a_source_states_is_claimed(
    row: dict[str, str], attribute: str, claims: list[tuple[str, str]], standardised: Standardised
) -> None:
    assert standardised(row).claimed(attribute) == claims


def test_a_mailbox_claims_no_name(standardised: Standardised) -> None:
    result = standardised({"party_type": "mailbox", "full_name": "Info", "email": "info@acme.de"})

    assert {claim["attribute"] for claim in result.claims} == {"email"}


def test_the_parts_of_an_address_stand_alone(standardised: Standardised) -> None:
    result = standardised({"street": "1 Main Street", "city": "Berlin"})

    assert {claim["attribute"] for claim in result.claims} == {"address", "street", "house_number", "city"}
