"""The outbox: what changed, of visible versions."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from context_api.store.engine import reading, writing
from context_api.store.outbox import mark_done, pending
from context_api.store.sealing import Sealer

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_outbox_tells_what_changed_and_only_of_visible_versions(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.activity("erp:order:1", [B], title="Ten chairs", body="as agreed")
    warehouse.publish(engine, sealer)

    with writing(engine) as connection:
        first = pending(connection, "default")
        mark_done(connection, "default", [row.sequence for row in first], now=LATER)
    warehouse.publish(engine, sealer)

    texts = {(row.kind, row.key): row.text for row in first}
    assert texts["activity", "erp:order:1"] == "Ten chairs\nas agreed"
    assert texts["customer", A] == "Ann Lee, Bern"
    assert len(texts) == 5
    with reading(engine) as connection:
        assert pending(connection, "default") == []
