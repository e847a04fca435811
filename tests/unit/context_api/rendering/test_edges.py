"""Relationships in a view: each once, the present before the past."""

from typing import Any

import orjson
from known_party import day, edge

from context_api.policy.classification import classifications
from context_api.rendering.edges import relationships_part
from context_api.rendering.facts import Edge
from context_api.rendering.masking import Marking
from resolution.domain.attributes import PartyType


def part(*edges: Edge) -> dict[str, Any]:
    marking = Marking()
    shown = relationships_part(edges, marking, classes=classifications(), more="/more")
    found: dict[str, Any] = orjson.loads(marking.write(shown).body)
    return found


def test_what_several_sources_state_is_one_relationship() -> None:
    shown = part(
        edge("g-2", "Ann", role="CFO", valid_from=day("2024-01-01")),
        edge("g-2", "Ann", role="accounts payable", source="erp", valid_from=day("2023-01-01")),
    )

    assert shown["counts"] == {"works_for": 1}
    assert shown["people"] == [
        {
            "golden_id": "g-2",
            "name": "Ann",
            "kind": "works_for",
            "direction": "incoming",
            "roles": ["CFO", "accounts payable"],
            "since": "2023-01-01T00:00:00Z",
            "sources": ["crm", "erp"],
        }
    ]


def test_who_is_there_today_comes_before_who_was() -> None:
    shown = part(
        edge("g-2", "Former", valid_to=day("2025-01-01")),
        edge("g-3", "No role", role=None),
        edge("g-4", "Present"),
    )

    assert [person["name"] for person in shown["people"]] == ["Present", "No role", "Former"]
    assert shown["people"][2]["until"] == "2025-01-01T00:00:00Z"


def test_people_and_organisations_stand_apart_and_each_list_is_cut() -> None:
    parent = edge("g-0", "Parent", kind="subsidiary_of", is_outgoing=True, party_type=PartyType.ORGANIZATION)

    shown = part(parent, *(edge(f"g-{n}", f"P{n}") for n in range(1, 40)))

    assert len(shown["people"]) == 20
    assert [(o["name"], o["direction"]) for o in shown["organizations"]] == [("Parent", "outgoing")]
    assert shown["counts"] == {"subsidiary_of": 1, "works_for": 39}
