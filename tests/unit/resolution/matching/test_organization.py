"""What the comparisons of organisations call a pair, through the real engine, and how they block."""

from collections.abc import Callable

import duckdb
import pytest

from resolution.domain.attributes import PartyType
from resolution.matching.comparisons import Comparison
from resolution.matching.organization import (
    ORG_EMAIL,
    ORG_NAME,
    ORGANIZATION_BLOCKS,
    ORGANIZATION_COMPARISONS,
    WEB_DOMAIN,
)

CATALOGUE = (ORG_NAME, ORG_EMAIL, WEB_DOMAIN)
PARTY_TYPE = PartyType.ORGANIZATION
Row = dict[str, object]
Case = tuple[str, str, Row, Row]


def _named(left: str, right: str) -> tuple[Row, Row]:
    return {"org_name": left}, {"org_name": right}


def _mail(left: str, right: str) -> tuple[Row, Row]:
    return {"email": left}, {"email": right}


RENAMED: Row = {"org_name": "zenith holdings", "org_names_alt": ["quorum foods"]}
CASES: list[Case] = [
    ("org_name", "same", *_named("north wind", "northwind")),
    ("org_name", "other name", RENAMED, {"org_name": "quorum foods"}),
    ("org_name", "typing error or cut off", *_named("fabrikam", "fabrikan")),
    (
        "org_name",
        "nearly the same words",
        *_named("kestrel harbour freight marine gulf", "gulf kestrel harbour marine freight"),
    ),
    ("org_name", "most words", *_named("umbra delta systems", "systems delta")),
    ("org_name", "one contains the other", *_named("tessellate", "the old bakery of tessellate and sons")),
    ("org_name", "acronym", *_named("bavarian engine works", "bew")),
    ("org_name", "some words", *_named("orchid valley farm", "farm of orchid hills")),
    ("org_name", "different", *_named("contoso", "pallas bakery")),
    ("org_name", "missing", {"org_name": "contoso"}, {"email": "a@contoso.com"}),
    ("email", "same", *_mail("info@contoso.com", "info@contoso.com")),
    (
        "email",
        "same as a further address",
        {"email": "x@old.com", "emails_alt": ["y@new.com"]},
        {"email": "y@new.com"},
    ),
    ("email", "same company domain", *_mail("info@contoso.com", "office@contoso.com")),
    ("email", "similar", *_mail("contoso@gmail.com", "contosa@gmail.com")),
    ("email", "different", *_mail("contoso@gmail.com", "fabrikam@gmail.com")),
    ("email", "missing", {"email": "info@contoso.com"}, {}),
    ("web_domain", "same", {"web_domain": "contoso.com"}, {"web_domain": "contoso.com"}),
    ("web_domain", "different", {"web_domain": "contoso.com"}, {"web_domain": "fabrikam.com"}),
    ("web_domain", "missing", {"web_domain": "contoso.com"}, {}),
]


def test_a_pair_gets_the_level_that_describes_it_whichever_record_is_left(
    case: Case, levels: tuple[str, str]
) -> None:
    assert levels == (case[1], case[1])


@pytest.mark.parametrize("comparison", CATALOGUE, ids=lambda c: c.name)
def test_every_level_has_an_example(comparison: Comparison) -> None:
    shown = {label for name, label, *_ in CASES if name == comparison.name}

    assert shown == {level.label for level in comparison.levels} | {"missing"}


@pytest.mark.parametrize("comparison", ORGANIZATION_COMPARISONS, ids=lambda c: c.name)
def test_priors_of_m_are_chances_and_only_the_last_level_has_no_condition(comparison: Comparison) -> None:
    conditions = [level.sql for level in comparison.levels]

    assert all(conditions[:-1])
    assert conditions[-1] == ""
    assert sum(level.prior_m for level in comparison.levels) == pytest.approx(1, abs=0.15)
    assert all(0 < level.prior_m < 1 for level in comparison.levels)


BLOCKED: dict[str, tuple[Row, Row]] = {
    "an identifier beside another": (
        {"identifiers": ["lei::L1", "tax:de:X1"]},
        {"identifiers": ["registration:de:R1", "tax::X1"]},
    ),
    "an acronym and its words": ({"org_name": "bavarian engine works"}, {"org_name": "bew"}),
    "words in another order": ({"org_name": "kestrel freight"}, {"org_name": "freight kestrel"}),
    "a company domain": ({"email": "a@contoso.com"}, {"email": "b@contoso.com"}),
    "an address without postcode on one side": (
        {"street": "oak avenue", "house_number": "12", "postcode": "10115", "city": "berlin"},
        {"street": "oak avenue", "house_number": "12", "city": "berlin"},
    ),
}


@pytest.mark.parametrize("pair", BLOCKED.values(), ids=BLOCKED)
def test_some_key_is_shared_by(
    connection: duckdb.DuckDBPyConnection, match_input: Callable[..., str], pair: tuple[Row, Row]
) -> None:
    table = match_input(connection, pair, party_type=PartyType.ORGANIZATION)

    keys = ", ".join(f"{sql} AS {name}" for name, sql in ORGANIZATION_BLOCKS.items())
    left, right = connection.execute(f"SELECT {keys} FROM {table} ORDER BY record_id").fetchall()
    assert any(a is not None and a == b for a, b in zip(left, right, strict=True))


def test_a_record_without_values_has_no_key(
    connection: duckdb.DuckDBPyConnection, match_input: Callable[..., str]
) -> None:
    table = match_input(connection, [{}], party_type=PartyType.ORGANIZATION)

    keys = ", ".join(ORGANIZATION_BLOCKS.values())
    row = connection.execute(f"SELECT {keys} FROM {table}").fetchone()
    assert row == (None,) * len(ORGANIZATION_BLOCKS)
