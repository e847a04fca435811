"""Staging costs in proportion to the change."""

from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.store.sealing import Sealer
from pipelines import publish_differences


def test_one_changed_record_writes_its_own_rows_and_no_others(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    for number in range(30):
        warehouse.record(f"crm:contact:9{number}", full_name=f"Other {number}")
        warehouse.activity(f"erp:order:{number}", [f"crm:contact:9{number}"])
    first = warehouse.publish(engine, sealer)
    warehouse.record("crm:contact:95", full_name="Other and newer")

    summary = warehouse.publish(engine, sealer)

    assert first.written["party_records"] == 34
    assert summary.written == {
        "party_records": 1, "lookups": 3, "outbox": 1, "golden_records": 1, "golden_values": 1,
        "word_variants": 7, "rendered_views": 2,
    }  # fmt: skip


def test_a_deleted_activity_goes_and_tells_the_vectors(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.activity("erp:order:1", ["crm:contact:1"])
    warehouse.publish(engine, sealer)
    warehouse.connection.execute("update intermediate.int_activities set is_deleted = true")

    summary = warehouse.publish(engine, sealer)

    assert (summary.ended["activities"], summary.ended["activity_parties"]) == (1, 1)
    last = "select kind, key, text from outbox order by sequence desc limit 1"
    assert warehouse.rows(engine, last) == [("activity", "erp:order:1", "")]


def test_what_is_staged_a_slice_at_a_time_is_what_is_staged_at_once(
    engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The texts of a million records, gathered at once, did not fit the memory that a run may use."""
    warehouse.tell()
    for number in range(7):
        warehouse.record(f"crm:contact:9{number}", full_name=f"Other {number}", city="Bonn")
        warehouse.activity(f"erp:order:{number}", [f"crm:contact:9{number}"])
    monkeypatch.setattr(publish_differences, "SLICE", 3)

    written = warehouse.publish(engine, sealer).written

    monkeypatch.undo()
    assert written["party_records"] == 11
    assert written["activities"] == 7
    told = "select key, sequence from outbox where kind = 'customer' order by sequence"
    keys = [key for key, _ in warehouse.rows(engine, told)]
    assert keys == sorted(keys)
    assert len(set(keys)) == 11
    assert warehouse.publish(engine, sealer).written == {}
