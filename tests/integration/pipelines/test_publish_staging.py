"""Staging costs in proportion to the change."""

from typing import Any

from sqlalchemy import Engine

from context_api.store.sealing import Sealer


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
