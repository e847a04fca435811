"""What came after a match snapshot: the last publish, decisions since, erasures."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from context_api.settling import Ruling, decide, undo
from context_api.store.decisions import Verdict
from context_api.store.engine import reading, writing
from context_api.store.reading import version_at
from context_api.store.reading_matches import decisions_since, last_publish, unerased
from context_api.store.sealing import Sealer

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def test_decisions_count_that_a_later_version_settled_and_nobody_undid(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    published = warehouse.publish(engine, sealer).version
    kept = decide(engine, sealer, Ruling(A, B, Verdict.NO_MATCH, "ana", ""), now=LATER)
    undone = decide(engine, sealer, Ruling(B, C, Verdict.MATCH, "ana", ""), now=LATER)
    undo(engine, sealer, undone.sequence, author="ana", reason="", now=LATER)

    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        assert last_publish(snapshot) == published
        assert decisions_since(snapshot, published) == {(A, B): False}
        assert decisions_since(snapshot, kept.version) == {}


def test_what_was_erased_cannot_be_read(engine: Engine, warehouse: Any, sealer: Sealer) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    with writing(engine) as connection:
        connection.exec_driver_sql(f"update record_keys set salt = null where record_id = '{A}'")

    with reading(engine) as connection:
        assert unerased(version_at(connection, sealer), [A, B, "nobody"]) == {B}
