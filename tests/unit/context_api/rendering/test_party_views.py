"""Views: what they show, from whom it comes, and that equal facts give equal bytes."""

import hashlib
import random
from dataclasses import replace

import orjson
import pytest
from known_party import claim, company, doing, edge

from context_api.policy.classification import Classification, classifications
from context_api.rendering.facts import PartyFacts
from context_api.rendering.masking import masked
from context_api.rendering.party_views import RenderedView, View, render
from context_api.store.rendered_views import FORMAT
from resolution.domain.attributes import PartyType


def views(facts: PartyFacts) -> dict[View, RenderedView]:
    return {view.view: view for view in render(facts, classifications())}


def full(facts: PartyFacts) -> dict[str, object]:
    found: dict[str, object] = orjson.loads(views(facts)[View.FULL].json.body)
    return found


def test_the_full_view_holds_the_four_kinds_of_context() -> None:
    shown = full(company())

    assert (shown["name"], shown["type"], shown["entity_version"]) == ("Roe Ltd", "organization", 3)
    assert {"entity", "relationships", "history", "process"} <= shown.keys()
    assert shown["records"] == {
        "count": 2,
        "by_source": {"crm": 1, "erp": 1},
        "more": "/v1/customers/g-1/records",
    }


def test_every_value_says_where_it_comes_from() -> None:
    entity: dict[str, list[dict[str, object]]] = full(company())["entity"]  # type: ignore[assignment]

    assert entity["email"] == [
        {
            "value": "office@roe.example",
            "source": "crm",
            "record_id": "crm:company:1",
            "observed_at": "2026-01-02T00:00:00Z",
            "rule": "most_recent",
            "confidence": 0.5,
            "support": 1,
            "claiming": 2,
        }
    ]


def test_a_conflict_names_the_value_that_was_not_chosen_and_the_rule() -> None:
    conflicts: list[dict[str, object]] = full(company())["conflicts"]  # type: ignore[assignment]
    (conflict,) = conflicts

    assert (conflict["value"], conflict["rule"], conflict["source"]) == ("Roe Limited", "most_recent", "erp")


def test_facts_in_another_order_give_the_same_bytes() -> None:
    facts = company(
        edges=(edge("g-2", "Ann"), edge("g-3", "Bo", role=None), edge("g-2", "Ann", source="erp")),
        activities=tuple(doing(f"erp:order:{n}", "order", f"2026-0{1 + n % 3}-01") for n in range(9)),
    )
    shuffled = random.Random(7)
    edges, activities = list(facts.edges), list(facts.activities)
    shuffled.shuffle(edges)
    shuffled.shuffle(activities)

    again = replace(facts, edges=tuple(edges), activities=tuple(activities))

    assert [v.json for v in render(again, classifications())] == [
        v.json for v in render(facts, classifications())
    ]


def test_a_person_goes_by_its_own_name_and_hides_it_from_who_may_not_see_it() -> None:
    person = company(
        party_type=PartyType.PERSON,
        values=(claim("full_name", "Ann Lee"), claim("organization_name", "Roe Ltd")),
    )

    for view in views(person).values():
        assert orjson.loads(view.json.body)["name"] == "Ann Lee"
        assert orjson.loads(masked(view.json, {Classification.FINANCIAL}))["name"] == {"masked": "pii"}


@pytest.mark.parametrize("view", list(View))
def test_amounts_are_hidden_from_who_is_not_cleared_for_them(view: View) -> None:
    found = masked(views(company())[view].json, {Classification.PII})

    assert b'amount_cents":500' not in found
    assert b'"EUR":500' not in found


def test_an_erased_value_is_shown_as_not_there() -> None:
    entity: dict[str, list[dict[str, object]]] = full(company(values=(claim("email", None),)))["entity"]  # type: ignore[assignment]

    assert entity["email"][0]["value"] is None
    assert full(company(values=(claim("email", None),)))["name"] is None


def test_sources_behind_a_view_are_those_of_its_records_and_activities() -> None:
    assert views(company())[View.FULL].sources == ("crm", "erp")


def test_the_hash_changes_with_what_is_shown_and_with_what_is_hidden() -> None:
    first, other = (
        views(company(values=(claim("email", value),)))[View.FULL].content_hash
        for value in ("a@b.c", "d@e.f")
    )

    assert first != other
    assert first == views(company(values=(claim("email", "a@b.c"),)))[View.FULL].content_hash


def test_a_summary_is_less_than_half_of_the_whole() -> None:
    found = views(company())

    assert len(found[View.SUMMARY].json.body) * 2 < len(found[View.FULL].json.body)


def test_another_rendering_of_the_same_facts_is_another_format() -> None:
    mailed = claim("full_name", "Ann Lee", record_id="email:correspondent:ann@roe.example", source="email")
    person = company(party_type=PartyType.PERSON, values=(mailed, claim("phone", "41315550100")))
    rendered = [view.content_hash for facts in (company(), person) for view in views(facts).values()]

    told = hashlib.blake2b("".join(rendered).encode(), digest_size=8).hexdigest()

    # What is stored is served as it is: whoever changes what is rendered lets FORMAT rise with it.
    assert (FORMAT, told) == (1, "a488f24b65d8239b")
