"""Whom a record would join, against settling a whole component with it."""

import random
from datetime import datetime

import pytest

from resolution.decisions import Decision
from resolution.domain.attributes import PartyType
from resolution.domain.clustering import Bridge
from resolution.domain.ledger import Ledger
from resolution.lookup import joining
from resolution.lookup.joining import NearLink, Surroundings, companions
from resolution.lookup.layout import DECIDED_MATCH, DECIDED_NO_MATCH, JOINS, STRICT, VETOED
from resolution.settle import Terms
from resolution.settle_component import Component, ScoredLink, settle_component
from resolution.survivorship_rules import default_rules

NEW = "new:party:1"
Links = dict[tuple[str, str], tuple[float, int]]


def near(links: Links, record: str) -> list[NearLink]:
    return [
        (right if left == record else left, weight, flags)
        for (left, right), (weight, flags) in links.items()
        if record in (left, right)
    ]


def around(links: Links, *, clean: tuple[str, ...] = ()) -> Surroundings:
    old = {pair: said for pair, said in links.items() if NEW not in pair}
    return Surroundings(lambda r: near(old, r), lambda r: r.split(":")[0], Bridge(), clean)


def random_links(seed: int) -> Links:
    draw = random.Random(seed)
    records = [NEW, *(f"{draw.choice('ab')}:party:{n}" for n in range(9))]
    links: Links = {}
    for i, one in enumerate(records):
        for other in records[i + 1 :]:
            if draw.random() < 0.45:
                weight = draw.uniform(-9, 12)
                flags = JOINS if weight > 2 else 0
                kind = draw.random()
                flags = JOINS | STRICT if kind < 0.1 else VETOED if kind < 0.2 else flags
                flags = DECIDED_NO_MATCH if kind > 0.95 else flags
                links[min(one, other), max(one, other)] = (weight, flags)
    return links


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("clean", [(), ("a",)], ids=["any-source", "one-clean-source"])
def test_it_joins_whom_settling_everything_would_join_it_with(seed: int, clean: tuple[str, ...]) -> None:
    links = random_links(seed)
    records = {record for pair in links for record in pair} | {NEW}
    component = Component(
        party_type=PartyType.PERSON,
        sources={record: record.split(":")[0] for record in records},
        links=[
            ScoredLink(left, right, weight, bool(flags & JOINS), bool(flags & STRICT), bool(flags & VETOED))
            for (left, right), (weight, flags) in links.items()
        ],
        decisions=[
            Decision(left, right, is_match=False)
            for (left, right), (_, flags) in links.items()
            if flags & DECIDED_NO_MATCH
        ],
        claims=(),
    )
    terms = Terms(Bridge(), clean, default_rules(), datetime(2026, 1, 1), "test")  # noqa: DTZ001
    settled = settle_component(component, terms, Ledger())
    expected = next(members for members in settled.clusters if NEW in members) - {NEW}

    assert companions(NEW, near(links, NEW), around(links, clean=clean)) == tuple(sorted(expected))


def test_a_decision_binds_over_any_weight() -> None:
    links: Links = {
        ("a:party:1", "a:party:2"): (-20.0, JOINS | DECIDED_MATCH),
        ("a:party:2", NEW): (9.0, JOINS),
    }

    assert companions(NEW, near(links, NEW), around(links)) == ("a:party:1", "a:party:2")


def test_a_record_without_joining_links_stays_alone() -> None:
    assert companions(NEW, [("a:party:1", 1.0, 0)], around({})) == ()


def test_a_component_too_large_to_settle_at_once_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "MOST_RECORDS", 3)
    chain: Links = {(f"a:party:{n}", f"a:party:{n + 1}"): (9.0, JOINS) for n in range(5)}

    assert companions(NEW, [("a:party:0", 9.0, JOINS)], around(chain)) is None
