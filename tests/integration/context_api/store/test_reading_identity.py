"""What records state, why they are one party, and how that came to be."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from context_api.settling import Ruling, decide
from context_api.store.decisions import Verdict
from context_api.store.engine import reading, writing
from context_api.store.reading import version_at
from context_api.store.reading_identity import (
    decisions_among,
    links_among,
    redirects_to,
    stated_records,
    stays_of_party,
    stays_of_records,
)
from context_api.store.sealing import Sealer

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"


@pytest.fixture
def store(engine: Engine, warehouse: Any, sealer: Sealer) -> Engine:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    decide(
        engine,
        sealer,
        Ruling(B, C, Verdict.MATCH, author="ana", reason="I know them"),
        now=datetime(2026, 3, 1, tzinfo=UTC),
    )
    return engine


def test_records_state_their_claims_and_an_erased_one_none(store: Engine, sealer: Sealer) -> None:
    with writing(store) as connection:
        connection.execute(text("update record_keys set salt = null where record_id = :id"), {"id": B})

    with reading(store) as connection:
        found = stated_records(version_at(connection, sealer), [B, A, "no:such:record"])

    assert [(r.record_id, r.is_erased, len(r.claims) > 0) for r in found] == [
        (A, False, True),
        (B, True, False),
    ]


def test_links_and_decisions_say_why_records_are_one_party(store: Engine, sealer: Sealer) -> None:
    with reading(store) as connection:
        snapshot = version_at(connection, sealer)
        links = links_among(snapshot, [A, B, C])
        (decision,) = decisions_among(snapshot, [A, B, C])

    assert [(link.record_id_l, link.record_id_r) for link in links] == [(A, B), (B, C)]
    assert (decision.verdict, decision.author) == ("match", "ana")


def test_stays_tell_where_a_record_was_and_is(
    store: Engine, sealer: Sealer, warehouse: Any, engine: Engine
) -> None:
    world = warehouse.world(engine, sealer)
    with reading(store) as connection:
        snapshot = version_at(connection, sealer)
        first, second = stays_of_records(snapshot, [C])
        of_party = stays_of_party(snapshot, world[A])

        assert redirects_to(snapshot, world[A]) == (first.golden_id,)
    assert (first.recorded_to, second.recorded_to) == (second.recorded_from, None)
    assert second.golden_id == world[A]
    assert {stay.record_id for stay in of_party} == {A, B, C}
