from typing import Any

import pytest
from sqlalchemy import Engine, text

from context_api.store.sealing import Sealer
from pipelines.vectors import store_texts
from pipelines.vectors.outbox import OutboxRow
from pipelines.vectors.points import payload_of, ref_of
from pipelines.vectors.store_outbox import StoreOutbox
from pipelines.vectors.store_texts import StoreTexts

MASTER = b"k" * 32


def told(rows: list[OutboxRow]) -> dict[Any, Any]:
    return {ref_of(row): (row.text, payload_of(row)) for row in rows if row.text}


@pytest.fixture
def published(warehouse: Any, engine: Engine, sealer: Sealer) -> Engine:
    warehouse.tell()
    warehouse.record("crm:contact:9", full_name="Zoë Ünal", job_title="CFO", city="Genf")
    warehouse.activity("erp:order:1", ["crm:contact:9"], title="An order", body="x" * 3_000)
    warehouse.activity("erp:order:2", ["crm:contact:9", "crm:company:1"], title=None, body="Two\nlines")
    warehouse.activity("erp:order:3", [], title=None, body=None)
    warehouse.publish(engine, sealer)
    return engine


def test_texts_of_the_store_are_those_that_publish_put_into_the_outbox(
    published: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_texts, "PAGE", 2)
    pending = told(list(StoreOutbox(published).pending(limit=1_000)))

    live = StoreTexts(published, MASTER)

    assert len(pending) > 5
    assert told(list(live.rows())) == pending
    assert live.count() >= len(pending)


def test_what_was_deleted_or_erased_has_no_text(published: Engine, warehouse: Any, sealer: Sealer) -> None:
    warehouse.deleted.add("crm:contact:9")
    warehouse.publish(published, sealer)
    with published.begin() as connection:
        connection.execute(text("update record_keys set salt = null where record_id = 'erp:order:1'"))

    keys = {row.key for row in StoreTexts(published, MASTER).rows()}

    assert keys
    assert keys.isdisjoint({"crm:contact:9", "erp:order:1"})
