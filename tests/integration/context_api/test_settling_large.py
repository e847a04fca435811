"""A component too large to settle while somebody waits: said so, kept, settled by the next publish."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.errors import StaleResult
from context_api.settling import Ruling, decide, undo, what_if
from context_api.settling_publish import Publication
from context_api.store import components
from context_api.store.components import MOST_RECORDS, ComponentTooLarge
from context_api.store.deciding import waiting_changes
from context_api.store.decisions import Verdict
from context_api.store.engine import reading
from context_api.store.reading import golden_id_of, version_at
from context_api.store.sealing import Sealer
from resolution.domain.ids import seed_id

LATER = datetime(2026, 3, 1, tzinfo=UTC)
OTHER = "itsm:requester:1"


def name(number: int) -> str:
    return f"crm:contact:{number:05}"


def chain(warehouse: Any, count: int) -> None:
    """State one party of so many records, and another that a decision may join to it."""
    for number in range(count):
        warehouse.record(name(number), full_name="Ann Lee")
        if number:
            warehouse.link(name(number - 1), name(number), 9)
    warehouse.record(OTHER, full_name="A. Lee")


def party(engine: Engine, sealer: Sealer, record: str) -> str | None:
    with reading(engine) as connection:
        return golden_id_of(version_at(connection, sealer), record)


def waiting(engine: Engine) -> tuple[int, ...]:
    with reading(engine) as connection:
        return waiting_changes(connection, "default")


def settled_in(warehouse: Any, engine: Engine) -> list[tuple[Any, ...]]:
    return list(warehouse.rows(engine, "select sequence, settled_in from decisions order by sequence"))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let five records be too many."""
    monkeypatch.setattr(components, "MOST_RECORDS", 5)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("verdict", [Verdict.MATCH, Verdict.NO_MATCH])
def test_a_decision_in_a_large_component_waits_for_the_next_publish_and_says_so(
    engine: Engine, warehouse: Any, sealer: Sealer, verdict: Verdict
) -> None:
    chain(warehouse, 8)
    first = warehouse.publish(engine, sealer)
    pair = (name(0), OTHER) if verdict is Verdict.MATCH else (name(3), name(4))
    before = {record: party(engine, sealer, record) for record in (*map(name, range(8)), OTHER)}

    decided = decide(engine, sealer, Ruling(*pair, verdict, "ana", "I know"), now=LATER)

    assert (decided.is_pending, decided.version, decided.golden_ids) == (True, first.version, frozenset())
    assert {record: party(engine, sealer, record) for record in before} == before
    assert settled_in(warehouse, engine) == [(1, None)]
    assert waiting(engine) == (1,)
    summary = warehouse.publish(engine, sealer)
    assert settled_in(warehouse, engine) == [(1, summary.version)]
    assert waiting(engine) == ()
    is_one = party(engine, sealer, pair[0]) == party(engine, sealer, pair[1])
    assert is_one is (verdict is Verdict.MATCH)


def test_what_is_settled_at_once_or_binds_nothing_does_not_wait(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    chain(warehouse, 3)
    warehouse.publish(engine, sealer)

    deferred = decide(engine, sealer, Ruling(name(1), OTHER, Verdict.DEFER, "ana", "later"), now=LATER)
    decided = decide(engine, sealer, Ruling(name(0), OTHER, Verdict.MATCH, "ana", "I know"), now=LATER)
    undo(engine, sealer, decided.sequence, author="ben", reason="a mistake", now=LATER)

    assert (deferred.sequence, decided.sequence) == (1, 2)
    assert waiting(engine) == ()


@pytest.mark.usefixtures("few")
def test_taking_a_decision_back_in_a_large_component_waits_too(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    chain(warehouse, 8)
    warehouse.publish(engine, sealer)
    decide(engine, sealer, Ruling(name(0), OTHER, Verdict.MATCH, "ana", "I know"), now=LATER)
    warehouse.publish(engine, sealer)

    undone = undo(engine, sealer, 1, author="ben", reason="a mistake", now=LATER)

    assert undone.is_pending
    assert waiting(engine) == (undone.sequence,)
    assert party(engine, sealer, OTHER) == seed_id(name(0))
    warehouse.publish(engine, sealer)
    assert waiting(engine) == ()
    assert party(engine, sealer, OTHER) == seed_id(OTHER)


@pytest.mark.usefixtures("few")
def test_what_a_decision_in_a_large_component_would_do_is_not_said_at_once(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    chain(warehouse, 8)
    warehouse.publish(engine, sealer)

    with pytest.raises(ComponentTooLarge, match="over 5 records"):
        what_if(engine, sealer, Ruling(name(0), OTHER, Verdict.MATCH, "ana", "I know"), now=LATER)


@pytest.mark.usefixtures("few")
def test_a_publish_does_not_settle_a_large_component_while_it_holds_the_writer(
    engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain(warehouse, 8)
    warehouse.publish(engine, sealer)
    warehouse.record("crm:contact:new", full_name="Somebody Else")
    finish = Publication.finish

    def decided_first(publication: Publication, **given: Any) -> Any:
        decide(engine, sealer, Ruling(name(0), OTHER, Verdict.MATCH, "ana", "I know"), now=LATER)
        return finish(publication, **given)

    with monkeypatch.context() as patch:
        patch.setattr(Publication, "finish", decided_first)
        with pytest.raises(StaleResult, match="tied to over 5 records; run again"):
            warehouse.publish(engine, sealer)
    assert party(engine, sealer, OTHER) == seed_id(OTHER)

    warehouse.publish(engine, sealer)

    assert party(engine, sealer, OTHER) == seed_id(name(0))
    assert party(engine, sealer, "crm:contact:new") == seed_id("crm:contact:new")


@pytest.mark.long
def test_over_two_thousand_records_are_too_many(
    sqlite_engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    chain(warehouse, MOST_RECORDS)
    warehouse.publish(sqlite_engine, sealer)

    at_once = decide(sqlite_engine, sealer, Ruling(name(0), OTHER, Verdict.MATCH, "ana", "I know"), now=LATER)

    assert at_once.is_pending
    warehouse.publish(sqlite_engine, sealer)
    assert party(sqlite_engine, sealer, OTHER) == seed_id(name(0))
