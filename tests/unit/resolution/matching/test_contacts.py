"""What the comparisons of contacts call a pair, through the real engine."""

import pytest

from resolution.domain.attributes import PartyType
from resolution.matching.comparisons import Comparison
from resolution.matching.contacts import EMAIL, EMPLOYER, IDENTIFIERS, PHONE

CATALOGUE = (EMAIL, PHONE, IDENTIFIERS, EMPLOYER)
PARTY_TYPE = PartyType.PERSON
Case = tuple[str, str, dict[str, object], dict[str, object]]


def _mail(left: str, right: str) -> tuple[dict[str, object], dict[str, object]]:
    return {"email": left}, {"email": right}


def _phone(left: str, right: str) -> tuple[dict[str, object], dict[str, object]]:
    return {"phone": left}, {"phone": right}


def _ids(left: list[str], right: list[str]) -> tuple[dict[str, object], dict[str, object]]:
    return {"identifiers": left}, {"identifiers": right}


def _employer(left: str, right: str) -> tuple[dict[str, object], dict[str, object]]:
    return {"employer": left}, {"employer": right}


OTHER_MAIL: dict[str, object] = {"email": "x@old.com", "emails_alt": ["anna@new.com"]}
CASES: list[Case] = [
    ("email", "same", *_mail("anna.maier@acme.com", "anna.maier@acme.com")),
    ("email", "same as a further address", OTHER_MAIL, {"email": "anna@new.com"}),
    ("email", "one typing error", *_mail("anna.maier@acme.com", "anna.mayer@acme.com")),
    ("email", "same company, other mailbox", *_mail("anna.maier@acme.com", "paul.kron@acme.com")),
    ("email", "same company, other mailbox", *_mail("anna1.maier@acme.com", "anna2.maier@acme.com")),
    ("email", "same company, other mailbox", *_mail("j.maier@acme.com", "s.maier@acme.com")),
    ("email", "same local part elsewhere", *_mail("anna.maier@acme.com", "anna.maier@gmail.com")),
    ("email", "similar local part elsewhere", *_mail("anna.maier@acme.com", "maier_anna7@gmail.com")),
    ("email", "similar local part elsewhere", *_mail("annamaier@acme.com", "annamaierb@gmail.com")),
    ("email", "different", *_mail("anna.maier@gmail.com", "paul.kron@gmail.com")),
    ("email", "different", *_mail("info@acme.com", "info@contoso.com")),
    ("email", "different", *_mail("4711001@qq.com", "8815223@163.com")),
    ("email", "missing", {"email": "anna@acme.com"}, {}),
    ("phone", "same", *_phone("3012345678", "12345678")),
    (
        "phone",
        "same as a further number",
        {"phone": "301111111", "phones_alt": ["409998887"]},
        {"phone": "409998887"},
    ),
    ("phone", "one digit off, or without area code", *_phone("3012345678", "3012345679")),
    ("phone", "one digit off, or without area code", *_phone("3012345678", "402345678")),
    ("phone", "same switchboard", *_phone("3012345678", "3012345912")),
    ("phone", "different", *_phone("3012345678", "4098765432")),
    ("phone", "missing", {}, {"phone": "3012345678"}),
    ("identifiers", "same", *_ids(["tax:de:DE123", "passport:de:C01"], ["passport::C01"])),
    ("identifiers", "one character off", *_ids(["tax:de:DE12345"], ["tax:de:DE12346"])),
    ("identifiers", "different", *_ids(["tax:de:DE12345"], ["tax:de:DE98765"])),
    ("identifiers", "different", *_ids(["tax:de:DE12345"], ["tax::DE98765"])),
    ("identifiers", "different", *_ids(["tax:de:DE12345", "passport:de:C01"], ["tax:de:DE98765"])),
    ("identifiers", "same", *_ids(["passport:de:C01X"], ["passport:de:C01X", "passport:de:L77Y"])),
    ("identifiers", "different", *_ids(["passport:de:C01X00T47"], ["passport:de:L8WZ21P0"])),
    ("identifiers", "missing", *_ids(["other::DE89370400440532"], ["other::315000554"])),
    ("identifiers", "same", *_ids(["other::315000554"], ["tax:de:DE98765", "other::315000554"])),
    ("identifiers", "missing", *_ids(["tax:de:DE1", "driving_licence::MAIER9"], ["driving_licence::KRON70"])),
    ("identifiers", "missing", *_ids(["passport:de:C01X00T47"], ["passport:fr:L8WZ21P0"])),
    ("identifiers", "missing", *_ids(["tax:de:12345"], ["tax:fr:12345"])),
    ("identifiers", "missing", *_ids(["tax:de:DE12345"], ["lei::5299001234"])),
    ("identifiers", "missing", *_ids(["tax:de:DE12345"], ["tax:fr:FR98765"])),
    ("identifiers", "missing", {"identifiers": ["tax:de:DE12345"]}, {}),
    ("employer", "same", *_employer("acme services", "acme services")),
    ("employer", "alike", *_employer("acme", "acme services")),
    ("employer", "different", *_employer("acme", "northwind")),
    ("employer", "missing", {}, {"employer": "acme"}),
]


def test_a_pair_gets_the_level_that_describes_it_whichever_record_is_left(
    case: Case, levels: tuple[str, str]
) -> None:
    assert levels == (case[1], case[1])


@pytest.mark.parametrize("comparison", CATALOGUE, ids=lambda c: c.name)
def test_every_level_has_an_example(comparison: Comparison) -> None:
    shown = {label for name, label, *_ in CASES if name == comparison.name}

    assert shown == {level.label for level in comparison.levels} | {"missing"}
