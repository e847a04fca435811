"""What can contradict a decision is found by its own component, and nothing else is read."""

import random
from datetime import UTC, datetime
from itertools import combinations, product

import pytest
from sqlalchemy import Connection, Engine, insert

from context_api.store.deciding import decisions_beside, decisions_in_force
from context_api.store.decisions import DecisionEntry
from context_api.store.engine import writing
from resolution.decisions import Decision, refuse_contradictions
from resolution.domain.errors import DecisionConflict

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def note(connection: Connection, decisions: list[Decision], *, tenant: str = "default") -> None:
    rows = [
        {
            "tenant_id": tenant, "sequence": number, "record_id_l": d.left, "record_id_r": d.right,
            "verdict": "match" if d.is_match else "no_match", "author": "ana", "reason": "",
            "decided_at": NOW,
        }
        for number, d in enumerate(decisions, 1)
    ]  # fmt: skip
    connection.execute(insert(DecisionEntry), rows)


def is_refused(decisions: list[Decision]) -> bool:
    try:
        refuse_contradictions(decisions)
    except DecisionConflict:
        return True
    return False


@pytest.mark.parametrize("seed", range(6))
def test_a_contradiction_is_found_beside_a_pair_exactly_when_it_is_found_among_all(
    engine: Engine, seed: int
) -> None:
    chance = random.Random(seed)
    kept: list[Decision] = []
    while len(kept) < 25:
        left, right = sorted(chance.sample([f"r{n:02}" for n in range(24)], 2))
        given = Decision(left, right, chance.random() < 0.6)
        if not is_refused([*kept, given]) and (left, right) not in {(d.left, d.right) for d in kept}:
            kept.append(given)
    with writing(engine) as connection:
        note(connection, kept)
        answers = set()
        pairs = combinations([f"r{n:02}" for n in range(24)], 2)
        for (left, right), is_match in product(pairs, (True, False)):
            given = Decision(left, right, is_match)
            beside = decisions_beside(connection, "default", (left, right))
            expected = is_refused([*kept, given])
            assert is_refused([*beside, given]) == expected, given
            answers.add(expected)
    assert answers == {True, False}


def test_decisions_of_other_components_and_tenants_are_not_read(engine: Engine) -> None:
    far = [Decision(f"x{n}", f"y{n}", is_match=True) for n in range(50)]
    near = [
        Decision("a", "b", is_match=True),
        Decision("b", "c", is_match=True),
        Decision("c", "z", is_match=False),
    ]
    with writing(engine) as connection:
        note(connection, far + near)
        note(connection, [Decision("a", "q", is_match=True)], tenant="other")

        found = decisions_beside(connection, "default", ("a", "w"))

        assert sorted(found, key=lambda d: d.left) == near
        assert list(decisions_in_force(connection, "default", ["z"])) == [near[2]]
