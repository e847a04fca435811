"""Decisions in the store: law 2, law 4, one transaction each; the same outcome as a whole run."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from context_api.errors import ContradictoryDecision, NothingPublished, UnknownDecision, UnknownRecord
from context_api.settling import Ruling, decide, undo, what_if
from context_api.store.decisions import Verdict
from context_api.store.engine import reading
from context_api.store.reading import golden_id_of, golden_record, resolve_id, version_at
from context_api.store.sealing import Sealer
from context_api.store.views import Resolution
from resolution.domain.ids import seed_id

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def ruling(one: str, other: str, verdict: Verdict) -> Ruling:
    return Ruling(one, other, verdict, author="ana", reason="I know them")


@pytest.fixture
def store(engine: Engine, warehouse: Any, sealer: Sealer) -> Engine:
    """A and B are one party, C another."""
    warehouse.record(A, full_name="Ann Lee", email="ann@example.com")
    warehouse.record(B, full_name="A. Lee", email="ann@example.com")
    warehouse.record(C, full_name="Anne Lee", phone="123456")
    warehouse.link(A, B, 9)
    warehouse.link(B, C, 1)
    warehouse.publish(engine, sealer)
    return engine


def parties(engine: Engine, sealer: Sealer) -> dict[str, str | None]:
    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        return {record: golden_id_of(snapshot, record) for record in (A, B, C)}


def test_a_match_makes_one_party_and_the_older_id_survives(store: Engine, sealer: Sealer) -> None:
    decided = decide(store, sealer, ruling(B, C, Verdict.MATCH), now=LATER)

    assert set(parties(store, sealer).values()) == {seed_id(A)}
    assert decided.golden_ids == {seed_id(A), seed_id(C)}
    with reading(store) as connection:
        snapshot = version_at(connection, sealer)
        assert resolve_id(snapshot, seed_id(C)).golden_id == seed_id(A)
        assert golden_record(snapshot, seed_id(A)).record_ids == (A, B, C)
        assert golden_record(snapshot, seed_id(A)).entity_version == 2


def test_a_no_match_parts_what_a_run_had_joined(store: Engine, sealer: Sealer) -> None:
    decide(store, sealer, ruling(A, B, Verdict.NO_MATCH), now=LATER)

    assert parties(store, sealer)[A] == seed_id(A)
    assert parties(store, sealer)[B] == seed_id(B)


def test_undoing_a_decision_restores_the_earlier_ids(store: Engine, sealer: Sealer) -> None:
    before = parties(store, sealer)
    decided = decide(store, sealer, ruling(B, C, Verdict.MATCH), now=LATER)

    undo(store, sealer, decided.sequence, author="ben", reason="a mistake", now=LATER)

    assert parties(store, sealer) == before
    with reading(store) as connection:
        assert resolve_id(version_at(connection, sealer), seed_id(C)).status is Resolution.CURRENT
        row = connection.execute(text("select superseded_by, superseded_reason from decisions")).one()
        assert tuple(row) == ("ben", "a mistake")


def test_a_contradiction_is_refused_with_the_chain_that_proves_it(store: Engine, sealer: Sealer) -> None:
    decide(store, sealer, ruling(A, B, Verdict.MATCH), now=LATER)
    decide(store, sealer, ruling(B, C, Verdict.MATCH), now=LATER)

    with pytest.raises(ContradictoryDecision, match=f"{A} = {B} = {C}"):
        decide(store, sealer, ruling(A, C, Verdict.NO_MATCH), now=LATER)

    assert set(parties(store, sealer).values()) == {seed_id(A)}


def test_a_decision_outlives_the_next_publish(store: Engine, warehouse: Any, sealer: Sealer) -> None:
    decide(store, sealer, ruling(A, B, Verdict.NO_MATCH), now=LATER)
    decide(store, sealer, ruling(A, C, Verdict.MATCH), now=LATER)
    decided = parties(store, sealer)

    summary = warehouse.publish(store, sealer)

    assert parties(store, sealer) == decided
    assert summary.written.get("golden_records", 0) == 0
    assert summary.written.get("links", 0) == 0


def test_a_deferred_decision_is_kept_and_changes_nothing(store: Engine, sealer: Sealer) -> None:
    before = parties(store, sealer)

    decided = decide(store, sealer, ruling(B, C, Verdict.DEFER), now=LATER)

    assert parties(store, sealer) == before
    assert decided.golden_ids == frozenset()


def test_what_if_says_what_a_decision_would_do_and_writes_nothing(store: Engine, sealer: Sealer) -> None:
    outcome = what_if(store, sealer, ruling(B, C, Verdict.MATCH), now=LATER)

    assert outcome.members == {seed_id(A): frozenset({A, B, C})}
    assert parties(store, sealer)[C] == seed_id(C)


def test_decisions_about_what_is_not_there_are_refused(store: Engine, sealer: Sealer) -> None:
    with pytest.raises(UnknownRecord, match="no live record crm:contact:99"):
        decide(store, sealer, ruling(A, "crm:contact:99", Verdict.MATCH), now=LATER)
    with pytest.raises(UnknownDecision):
        undo(store, sealer, 7, author="ana", reason="", now=LATER)


def test_nothing_can_be_decided_before_something_is_published(engine: Engine, sealer: Sealer) -> None:
    with pytest.raises(NothingPublished):
        decide(engine, sealer, ruling(A, B, Verdict.MATCH), now=LATER)


def test_as_of_gives_the_state_before_a_decision(store: Engine, sealer: Sealer) -> None:
    decide(store, sealer, ruling(B, C, Verdict.MATCH), now=LATER)

    with reading(store) as connection:
        before = version_at(connection, sealer, as_of=datetime(2026, 2, 1, tzinfo=UTC))
        assert golden_record(before, seed_id(A)).record_ids == (A, B)
        assert golden_record(before, seed_id(A)).entity_version == 1
        assert golden_record(before, seed_id(C)).primary("full_name") == "Anne Lee"


def test_since_when_a_decision_is_true_in_the_world_is_kept(store: Engine, sealer: Sealer) -> None:
    known = Ruling(B, C, Verdict.MATCH, "ana", "married", valid_from=datetime(2024, 5, 1, tzinfo=UTC))

    decide(store, sealer, known, now=LATER)

    with reading(store) as connection:
        rows = connection.execute(
            text("select record_id, valid_from from identity_ledger where change = 'merged'")
        ).all()
        assert [(row.record_id, str(row.valid_from)[:10]) for row in rows] == [(C, "2024-05-01")]
