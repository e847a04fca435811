"""Publishing: one atomic version, in proportion to the change, whatever happens on the way (law 7)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.errors import NothingPublished
from context_api.store.engine import reading
from context_api.store.reading import golden_record, resolve_id, version_at
from context_api.store.reading_timeline import Window, happenings
from context_api.store.sealing import Sealer
from context_api.store.views import Resolution
from resolution.domain.ids import seed_id

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_golden_record_says_where_each_value_comes_from(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()

    warehouse.publish(engine, sealer)

    with reading(engine) as connection:
        view = golden_record(version_at(connection, sealer), seed_id(A))
    assert (view.record_ids, view.entity_version, view.party_type) == ((A, B), 1, "person")
    chosen = {value.attribute: value for value in view.values}
    assert (chosen["city"].value, chosen["city"].record_id, chosen["city"].source) == ("Bern", A, "crm")
    assert (chosen["email"].support, chosen["email"].claiming) == (2, 2)
    assert [(c.attribute, c.value, c.record_id) for c in view.conflicts] == [("full_name", "A. Lee", B)]


def test_a_second_publish_without_change_writes_nothing(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.activity("erp:order:1", [B])
    warehouse.publish(engine, sealer)

    summary = warehouse.publish(engine, sealer)

    assert (summary.written, sum(summary.ended.values())) == ({}, 0)
    with reading(engine) as connection:
        assert golden_record(version_at(connection, sealer), seed_id(A)).entity_version == 1


def test_an_entity_version_rises_exactly_when_content_or_membership_changes(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    warehouse.record(C, full_name="Cleo Roe", phone="654321")
    warehouse.activity("erp:order:7", [A])

    summary = warehouse.publish(engine, sealer)

    assert summary.written["golden_records"] == 1
    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        assert golden_record(snapshot, seed_id(C)).entity_version == 2
        assert golden_record(snapshot, seed_id(A)).entity_version == 1
        before = version_at(connection, sealer, as_of=datetime(2026, 1, 1, 12, tzinfo=UTC))
        assert golden_record(before, seed_id(C)).primary("phone") == "123456"
        assert happenings(before, seed_id(A), Window(), limit=1) == ()
        with pytest.raises(NothingPublished):
            version_at(connection, sealer, as_of=datetime(2025, 1, 1, tzinfo=UTC))


def test_nobody_can_ask_for_a_version_at_a_time_when_it_was_staged(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    told: dict[str, datetime] = {}
    warehouse.tell()
    warehouse.settle(engine, sealer)

    warehouse.publish_settled(
        engine, sealer, now=None, on_step=lambda step: told.setdefault(step, datetime.now(tz=UTC))
    )

    with reading(engine) as connection:
        with pytest.raises(NothingPublished):
            version_at(connection, sealer, as_of=told["visible"])
        version_at(connection, sealer, as_of=datetime.now(tz=UTC))


def test_merge_split_and_tombstone_keep_ids_by_one_rule(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    warehouse.link(B, C, 9)
    warehouse.link(A, C, 9)
    warehouse.publish(engine, sealer)
    merged = warehouse.world(engine, sealer)
    warehouse.link(B, C, -9)
    warehouse.link(A, C, -9)
    warehouse.deleted = {A}
    warehouse.publish(engine, sealer)

    assert merged[C] == seed_id(A)
    assert warehouse.world(engine, sealer) == {A: None, B: seed_id(A), C: seed_id(C), ORG: seed_id(ORG)}
    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        assert resolve_id(snapshot, seed_id(C)).status is Resolution.CURRENT
        assert golden_record(snapshot, seed_id(C)).entity_version == 2
        then = version_at(connection, sealer, as_of=datetime(2026, 1, 2, 12, tzinfo=UTC))
        assert resolve_id(then, seed_id(C)).golden_id == seed_id(A)
    deleted = "select valid_from from identity_ledger where change = 'tombstoned'"
    assert [str(row[0])[:10] for row in warehouse.rows(engine, deleted)] == ["2025-01-01"]
