"""Survivorship against hand calculation, and against a brute-force referee on random claims."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.domain.attributes import PartyType
from resolution.domain.claims import AttributeClaim, is_partial
from resolution.survivorship import NO_LEADER, rank, survive
from resolution.survivorship_rules import Criterion, FieldRule, default_rules, field_rule, parse_rules

RULES = default_rules()


def claim(
    attribute: str, value: str, *, of: str, day: int | None = None, position: int = 0
) -> AttributeClaim:
    """Return a claim of record `crm:party:1` and the like, observed on a day of January."""
    return AttributeClaim(
        record_id=of,
        source=of.split(":")[0],
        attribute=attribute,
        value=value,
        key=value.lower(),
        observed_at=None if day is None else datetime(2026, 1, day, tzinfo=UTC),
        position=position,
    )


def values(claims: Sequence[AttributeClaim], rules: str = "") -> dict[str, list[str]]:
    """Return the surviving values of a person by attribute."""
    chosen = parse_rules("format: 1\n" + rules, origin="test") if rules else RULES
    found: dict[str, list[str]] = {}
    for value in survive(claims, chosen, party_type=PartyType.PERSON).values:
        found.setdefault(value.attribute, []).append(value.value)
    return found


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param("most_recent", "Baker", id="last-observed"),
        pytest.param("most_trusted", "Clerk-Underhill", id="highest-source"),
        pytest.param("most_frequent", "Chef", id="most-records"),
        pytest.param("most_complete", "Clerk-Underhill", id="longest"),
    ],
)
def test_each_rule_chooses_its_own_value(rule: str, expected: str) -> None:
    claims = [
        claim("job_title", "Chef", of="crm:1", day=1),
        claim("job_title", "Chef", of="crm:2", day=2),
        claim("job_title", "Baker", of="erp:3", day=9),
        claim("job_title", "Clerk-Underhill", of="hr:4"),
    ]

    assert values(claims, f"sources: [hr, crm]\nperson: {{job_title: {rule}}}") == {"job_title": [expected]}


def test_union_keeps_every_distinct_value_with_the_primary_one_first() -> None:
    claims = [
        claim("email", "a@x.org", of="crm:1", day=1),
        claim("email", "A@X.org", of="crm:2", day=2),
        claim("email", "b@x.org", of="erp:3", day=5),
    ]

    found = survive(claims, RULES, party_type=PartyType.PERSON)

    assert [(v.position, v.value, v.support, v.claiming) for v in found.values] == [
        (0, "b@x.org", 1, 3),
        (1, "A@X.org", 2, 3),
    ]
    assert found.conflicts == ()


def test_a_live_value_that_is_not_chosen_is_kept_as_a_conflict_with_its_provenance() -> None:
    claims = [
        claim("birth_date", "1970-01-02", of="crm:1", day=1),
        claim("birth_date", "1970-01-02", of="crm:2", day=2),
        claim("birth_date", "1970-02-01", of="erp:3", day=5),
    ]

    found = survive(claims, RULES, party_type=PartyType.PERSON)

    assert [v.value for v in found.values] == ["1970-01-02"]
    assert [(c.value, c.record_id, c.source, c.rule) for c in found.conflicts] == [
        ("1970-02-01", "erp:3", "erp", "most_trusted")
    ]
    assert [c.confidence for c in found.conflicts] == [1.5 / 4]


def test_address_parts_come_from_the_chosen_address_and_are_never_mixed() -> None:
    claims = [
        claim("address", "1 High St, Leeds", of="crm:1", day=1),
        claim("street", "High St", of="crm:1", day=1),
        claim("city", "Leeds", of="crm:1", day=1),
        claim("unit", "Flat 4", of="crm:1", day=1),
        claim("address", "2 Low Rd, York", of="erp:2", day=9),
        claim("street", "Low Rd", of="erp:2", day=9),
        claim("city", "York", of="erp:2", day=9),
    ]

    found = survive(claims, RULES, party_type=PartyType.PERSON)

    assert {v.attribute: v.value for v in found.values if v.position == 0} == {
        "address": "2 Low Rd, York",
        "street": "Low Rd",
        "city": "York",
    }
    assert {c.value for c in found.conflicts} == {"High St", "Leeds", "Flat 4"}


def test_a_part_comes_from_any_record_that_states_the_chosen_address_at_the_same_position() -> None:
    claims = [
        claim("address", "1 High St", of="crm:1", position=0),
        claim("city", "Leeds", of="crm:1", position=0),
        claim("address", "2 Low Road", of="crm:1", position=1),
        claim("city", "York", of="crm:1", position=1),
        claim("address", "2 Low Road", of="crm:2", position=0),
    ]

    assert values(claims, "person: {address: most_frequent}")["city"] == ["York"]


def test_a_country_stated_without_an_address_completes_the_chosen_one() -> None:
    claims = [
        claim("address", "1 High St, Leeds", of="crm:1"),
        claim("country", "GB", of="erp:2"),
        claim("address", "Rue 7", of="hr:3"),
        claim("country", "FR", of="hr:3"),
    ]

    assert values(claims)["country"] == ["GB"]


def test_a_name_part_may_come_from_elsewhere_when_the_chosen_name_lacks_it() -> None:
    claims = [
        claim("full_name", "Ann Lee", of="crm:1"),
        claim("given_name", "Ann", of="crm:1"),
        claim("full_name", "Ann Lee", of="crm:2"),
        claim("given_name", "Ann", of="crm:2"),
        claim("full_name", "Anna B. Lee", of="erp:3"),
        claim("given_name", "Anna", of="erp:3"),
        claim("middle_name", "B.", of="erp:3"),
    ]

    found = values(claims)

    assert (found["given_name"], found["middle_name"]) == (["Ann"], ["B."])


@pytest.mark.parametrize(
    ("attribute", "whole", "partial"),
    [
        pytest.param("given_name", "John", "J", id="initial"),
        pytest.param("full_name", "John Smith", "J Smith", id="name-with-initial"),
        pytest.param("birth_date", "1970-01-02", "1970", id="year"),
        pytest.param("address", "1 High St, Leeds", "Leeds", id="town"),
    ],
)
def test_a_partial_value_never_survives_against_a_whole_one(attribute: str, whole: str, partial: str) -> None:
    claims = [claim(attribute, partial, of=f"crm:{n}", day=20) for n in range(3)]
    claims.append(claim(attribute, whole, of="erp:9", day=1))

    assert is_partial(attribute, partial.lower())
    assert values(claims)[attribute][0] == whole


def test_of_records_that_agree_on_a_name_the_one_that_writes_it_well_is_shown() -> None:
    claims = [
        replace(claim("full_name", value, of=f"crm:{n}", day=n), key="ann lee")
        for n, value in enumerate(["Ann Lee", "ann lee", "ANN LEE", "Lee, Ann"], start=1)
    ]

    assert values(claims) == {"full_name": ["Ann Lee"]}


def test_without_any_difference_the_smaller_record_id_survives_in_every_order() -> None:
    claims = [claim("gender", value, of=f"crm:{n}") for n, value in enumerate("mfm")]

    assert {survive(order, RULES, party_type=PartyType.PERSON) for order in permutations(claims)} == {
        survive(claims, RULES, party_type=PartyType.PERSON)
    }


CLAIMS = st.builds(
    lambda record, letter, day, position: AttributeClaim(
        record_id=f"{'abc'[record % 3]}:{record}",
        source="abc"[record % 3],
        attribute="job_title",
        value=letter,
        key=letter.lower(),
        observed_at=None if day is None else datetime(2026, 1, day, tzinfo=UTC),
        position=position,
    ),
    st.integers(0, 5),
    st.sampled_from(["a", "A", "aa", "Aa", "42", "bbb"]),
    st.none() | st.integers(1, 3),
    st.integers(0, 2),
)
RULE = st.permutations(list(Criterion)).map(lambda criteria: field_rule([c.value for c in criteria]))


def beats(
    one: AttributeClaim, other: AttributeClaim, *, rule: FieldRule, claims: Sequence[AttributeClaim]
) -> bool:
    """Referee: compare two claims criterion by criterion, as the rules file words it."""
    trust = {"a": 1, "b": 2}
    for criterion in rule.criteria:
        match criterion:
            case Criterion.MOST_TRUSTED:
                mine, theirs = trust.get(one.source, 0), trust.get(other.source, 0)
            case Criterion.MOST_RECENT:
                mine, theirs = (c.observed_at.day if c.observed_at else 0 for c in (one, other))
            case Criterion.MOST_FREQUENT:
                mine, theirs = (len({x.record_id for x in claims if x.key == c.key}) for c in (one, other))
            case Criterion.MOST_COMPLETE:
                mine, theirs = len(one.value), len(other.value)
            case Criterion.BEST_WRITTEN:
                mine, theirs = (c.value in ("Aa", "42") for c in (one, other))
        if mine != theirs:
            return mine > theirs
    return (one.position, one.record_id, one.key, one.value) < (
        other.position,
        other.record_id,
        other.key,
        other.value,
    )


@settings(derandomize=True, max_examples=150, deadline=None)
@given(claims=st.lists(CLAIMS, min_size=1, max_size=8), rule=RULE)
def test_the_survivor_is_the_claim_that_no_other_claim_beats(
    claims: list[AttributeClaim], rule: FieldRule
) -> None:
    ranked = rank(claims, rule, leader=NO_LEADER, trust={"a": 1, "b": 2})

    unbeaten = [c for c in claims if not any(beats(d, c, rule=rule, claims=claims) for d in claims)]
    assert {ranked[0].claim} == set(unbeaten)
    assert {r.claim.key: r.support for r in ranked} == {
        key: len({c.record_id for c in claims if c.key == key}) for key in {c.key for c in claims}
    }
    for earlier, later in pairwise(ranked):
        assert beats(earlier.claim, later.claim, rule=rule, claims=claims)
