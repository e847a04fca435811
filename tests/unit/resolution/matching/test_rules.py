"""Rules link and vetoes part whatever the score; a veto is in force only where the data bear it out."""

from collections.abc import Callable
from dataclasses import replace

import duckdb
import pytest

from resolution.domain.attributes import PartyType
from resolution.matching import rules
from resolution.matching.model import PartyModel
from resolution.matching.rules import VETOES, vetoes_in_force

Draft = Callable[[PartyType], PartyModel]
PERSON, ORGANIZATION = PartyType.PERSON, PartyType.ORGANIZATION
ALL_VETOES = {party_type: tuple(rule.name for rule in VETOES[party_type]) for party_type in PartyType}


def _best(model: PartyModel) -> dict[str, int]:
    return {c.name: max(level.level for level in c.levels) for c in model.comparisons}


def _said(model: PartyModel, sql: str, levels: dict[str, int]) -> str | None:
    """Return what the SQL of a rule says of a pair at these levels; -1 (missing) where none is given."""
    given = {c.name: levels.get(c.name, -1) for c in model.comparisons}
    columns = ", ".join(f"{level} AS level_{name}" for name, level in given.items())
    with duckdb.connect(":memory:") as connection:
        row = connection.execute(f"SELECT {sql} FROM (SELECT {columns})").fetchone()
    return row[0] if row else None


def _linked(model: PartyModel, party_type: PartyType, **levels: int) -> str | None:
    return _said(model, rules.link_rule_sql(party_type, model), levels)


def _vetoed(model: PartyModel, party_type: PartyType, **levels: int) -> str | None:
    return _said(model, rules.veto_sql(party_type, replace(model, vetoes=ALL_VETOES[party_type])), levels)


@pytest.mark.parametrize(
    ("party_type", "levels", "rule"),
    [
        pytest.param(PERSON, {"identifiers": 2}, "same_identifier", id="one-identifier"),
        pytest.param(
            PERSON, {"identifiers": 2, "family_name": 0, "given_name": 3}, "same_identifier", id="married"
        ),
        pytest.param(
            PERSON, {"identifiers": 2, "family_name": 0, "given_name": 0}, None, id="nothing-of-the-name"
        ),
        pytest.param(PERSON, {"identifiers": 1}, None, id="nearly-the-identifier"),
        pytest.param(
            PERSON, {"given_name": 7, "family_name": 6, "email": 6}, None, id="no-rule-where-a-model-is"
        ),
        pytest.param(ORGANIZATION, {"identifiers": 2, "org_name": 3}, "same_identifier", id="organisation"),
        pytest.param(ORGANIZATION, {"identifiers": 2, "org_name": 0}, None, id="parent-and-subsidiary"),
    ],
)
def test_a_strong_identifier_links(
    whole_draft: Draft, party_type: PartyType, levels: dict[str, int], rule: str | None
) -> None:
    model = replace(whole_draft(party_type), status="fitted")

    assert _linked(model, party_type, **levels) == rule


@pytest.mark.parametrize("other", ["birth_date", "email", "phone", "address"])
def test_without_a_model_exact_agreement_on_name_and_another_value_links_persons(
    whole_draft: Draft, other: str
) -> None:
    model = whole_draft(PERSON)
    best = _best(model)
    names = {"given_name": best["given_name"], "family_name": best["family_name"]}

    assert _linked(model, PERSON, **names, **{other: best[other]}) == f"same_name_and_{other}"
    assert _linked(model, PERSON, **names, **{other: best[other] - 1}) is None
    assert _linked(model, PERSON, **(names | {"given_name": 0}), **{other: best[other]}) is None
    assert _linked(replace(model, status="fitted"), PERSON, **names, **{other: best[other]}) is None


@pytest.mark.parametrize("other", ["phone", "email", "web_domain", "address"])
def test_without_a_model_exact_agreement_on_name_and_another_value_links_organisations(
    whole_draft: Draft, other: str
) -> None:
    model = whole_draft(ORGANIZATION)
    best = _best(model)

    linked = _linked(model, ORGANIZATION, org_name=best["org_name"], **{other: best[other]})

    assert linked == f"same_name_and_{other}"


@pytest.mark.parametrize(
    ("party_type", "levels", "veto"),
    [
        pytest.param(PERSON, {"identifiers": 0}, "different_identifiers", id="two-tax-numbers"),
        pytest.param(PERSON, {"identifiers": 1}, None, id="a-slip-in-a-tax-number"),
        pytest.param(
            PERSON, {"birth_date": 1, "given_name": 0}, "different_birth_date_and_given_name", id="siblings"
        ),
        pytest.param(PERSON, {"birth_date": 1, "given_name": 7}, None, id="a-year-off-but-the-same-name"),
        pytest.param(PERSON, {"birth_date": 4, "given_name": 0}, None, id="day-and-month-swapped"),
        pytest.param(
            PERSON, {"name_suffix": 0, "birth_date": -1}, "different_suffix", id="junior-and-senior"
        ),
        pytest.param(
            PERSON, {"name_suffix": 0, "birth_date": 6}, None, id="suffix-differs-but-born-the-same-day"
        ),
        pytest.param(PERSON, {}, None, id="nothing-known"),
        pytest.param(ORGANIZATION, {"identifiers": 0}, "different_identifiers", id="two-companies"),
        pytest.param(ORGANIZATION, {"identifiers": -1}, None, id="nothing-known-of-a-company"),
    ],
)
def test_a_veto_in_force_parts(
    whole_draft: Draft, party_type: PartyType, levels: dict[str, int], veto: str | None
) -> None:
    assert _vetoed(whole_draft(party_type), party_type, **levels) == veto


def test_a_veto_out_of_force_says_nothing(whole_draft: Draft) -> None:
    model = replace(whole_draft(PERSON), vetoes=())

    assert _said(model, rules.veto_sql(PERSON, model), {"identifiers": 0, "birth_date": 0}) is None


def test_a_rule_needs_its_comparisons(whole_draft: Draft) -> None:
    model = whole_draft(PERSON)
    bare = replace(
        model, comparisons=tuple(c for c in model.comparisons if c.name == "email"), vetoes=ALL_VETOES[PERSON]
    )

    assert _linked(bare, PERSON, email=6) is None
    assert _said(bare, rules.veto_sql(PERSON, bare), {"email": 0}) is None


@pytest.mark.parametrize(
    ("party_type", "different", "matches", "in_force"),
    [
        pytest.param(PERSON, 0.0, 50.0, True, id="never-seen-to-differ"),
        pytest.param(PERSON, 1.0, 50.0, True, id="seldom-in-few"),
        pytest.param(PERSON, 1.0, 10_000.0, True, id="rarely-in-many"),
        pytest.param(PERSON, 600.0, 10_000.0, False, id="mistyped-now-and-then"),
        pytest.param(PERSON, 200.0, 400.0, False, id="half-of-some"),
        pytest.param(ORGANIZATION, 900.0, 10_000.0, True, id="subsidiaries-now-and-then"),
        pytest.param(ORGANIZATION, 1_100.0, 10_000.0, False, id="companies-that-often-differ"),
    ],
)
def test_a_veto_is_in_force_only_where_matches_seldom_break_it(
    party_type: PartyType, different: float, matches: float, in_force: bool
) -> None:
    found = vetoes_in_force(party_type, {"identifiers": [different, 0.0, matches - different]})

    assert ("different_identifiers" in found) == in_force


def test_a_veto_without_its_comparison_is_not_in_force() -> None:
    assert vetoes_in_force(PERSON, {"email": [0.0, 50.0]}) == ()


def test_more_disagreement_never_brings_a_veto_into_force() -> None:
    held = [
        "different_identifiers" in vetoes_in_force(PERSON, {"identifiers": [n, 0.0, 5000.0 - n]})
        for n in (0.0, 5.0, 20.0, 100.0, 1000.0)
    ]

    assert held == sorted(held, reverse=True)
