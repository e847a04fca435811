"""Personal values are read only with the key of their source record."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from context_api.store.engine import open_store, reading, writing
from context_api.store.outbox import mark_done, pending
from context_api.store.reading import golden_record, version_at
from context_api.store.sealing import Sealer
from resolution.domain.ids import seed_id

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def test_an_erased_key_makes_one_records_part_unreadable_and_nothing_else(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    with writing(engine) as connection:
        connection.execute(
            text("update record_keys set salt = null where record_id = :record"), {"record": B}
        )

    with reading(engine) as connection:
        view = golden_record(version_at(connection, sealer), seed_id(A))

    said = {(v.attribute, v.record_id): v.value for v in (*view.values, *view.conflicts)}
    assert said["full_name", B] is None
    assert said["phone", B] is None
    assert said["full_name", A] == "Ann Lee"
    assert said["city", A] == "Bern"


def test_a_store_holds_no_personal_value_in_the_clear(
    sqlite_engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.activity("erp:order:1", [B], title="Secret order of Ann", body="Hello Ann Lee")
    warehouse.publish(sqlite_engine, sealer)
    with writing(sqlite_engine) as connection:
        todo = pending(connection, "default")
        mark_done(connection, "default", [row.sequence for row in todo], now=LATER)
    sqlite_engine.dispose()
    with open_store(str(sqlite_engine.url)).connect().execution_options(isolation_level="AUTOCOMMIT") as raw:
        raw.exec_driver_sql("commit")
        raw.exec_driver_sql("vacuum")
        raw.exec_driver_sql("begin")

    content = Path(str(sqlite_engine.url.database)).read_bytes()

    for personal in (b"Ann Lee", b"ann@example.com", b"41315550100", b"Cleo Roe", b"Secret order"):
        assert personal not in content
