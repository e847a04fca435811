from pathlib import Path

import pytest

from resolution.domain.attributes import PartyType
from resolution.domain.errors import InputError
from resolution.survivorship_rules import TIE_BREAKERS, FaultyRules, default_rules, parse_rules, read_rules


def test_the_packaged_rules_are_sound_and_cover_both_party_types() -> None:
    rules = default_rules()

    assert rules.rule(PartyType.PERSON, "email").is_union
    assert rules.rule(PartyType.ORGANIZATION, "city").only_follows
    assert rules.trust == {}


def test_a_file_changes_what_it_names_and_leaves_the_rest() -> None:
    rules = parse_rules("format: 1\nperson: {email: most_recent}", origin="mine.yml")

    assert rules.rule(PartyType.PERSON, "email").name == "most_recent"
    assert rules.rule(PartyType.ORGANIZATION, "email") == default_rules().rule(
        PartyType.ORGANIZATION, "email"
    )
    assert rules.rule(PartyType.PERSON, "phone") == default_rules().rule(PartyType.PERSON, "phone")


def test_an_identifier_kind_follows_its_own_rule_then_that_of_all_identifiers_then_the_default() -> None:
    rules = parse_rules("format: 1\nperson: {identifier.tax: most_trusted, default: most_recent}", origin="x")

    assert rules.rule(PartyType.PERSON, "identifier.tax").name == "most_trusted"
    assert rules.rule(PartyType.PERSON, "identifier.passport").name == "union"
    assert rules.rule(PartyType.PERSON, "shoe_size").name == "most_recent"


def test_every_rule_ends_in_all_criteria_so_that_ties_are_broken() -> None:
    for rules in default_rules().fields.values():
        assert all(set(rule.criteria) >= set(TIE_BREAKERS) for rule in rules.values())


def test_sources_in_an_inner_list_are_trusted_alike() -> None:
    trust = parse_rules("format: 1\nsources: [hr, [crm, erp], web]", origin="x").trust

    assert trust["hr"] > trust["crm"] == trust["erp"] > trust["web"] > 0


def test_all_faults_are_reported_at_once() -> None:
    text = """
    sources: [crm, crm]
    persons: {}
    person:
      email: newest
      shoe_size: most_recent
      phone: [most_recent, union]
      street: follow city
      given_name: []
    organization: most_recent
    """

    with pytest.raises(FaultyRules) as caught:
        parse_rules(text, origin="mine.yml")

    lines = str(caught.value).splitlines()
    assert all(line.startswith("mine.yml: ") for line in lines)
    for word in ("format", "`crm` stands twice", "`persons`", "`newest`", "shoe_size", "come first"):
        assert any(word in line for line in lines), word
    for word in ("`city` itself follows", "person.given_name", "`organization` must"):
        assert any(word in line for line in lines), word


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xfe\x00", id="not-text"),
        pytest.param(b"person: [", id="not-yaml"),
        pytest.param(b"just words", id="not-a-mapping"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_file_that_holds_no_rules_is_an_input_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rules.yml"
    path.write_bytes(content)

    with pytest.raises(InputError, match=r"rules\.yml"):
        read_rules(path)


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(FaultyRules, match="cannot be read"):
        read_rules(tmp_path / "none.yml")
