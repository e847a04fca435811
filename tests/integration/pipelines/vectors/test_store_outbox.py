from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from pipelines.vectors import store_outbox
from pipelines.vectors.errors import NoStore
from pipelines.vectors.store_outbox import StoreOutbox

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def write(engine: Engine, *rows: tuple[str, int, int, str, str]) -> None:
    columns = ("tenant_id", "sequence", "version", "key", "text")
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into outbox (tenant_id, sequence, version, kind, key, text, payload_json)"
                " values (:tenant_id, :sequence, :version, 'activity', :key, :text, :payload)"
            ),
            [dict(zip(columns, row, strict=True)) | {"payload": '{"source": "crm"}'} for row in rows],
        )


@pytest.fixture
def outbox(engine: Engine) -> StoreOutbox:
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into tenants (tenant_id, visible_sequence, decision_sequence, outbox_sequence)"
                " values ('a', 2, 0, 0), ('b', 1, 0, 0)"
            )
        )
    write(
        engine,
        ("a", 1, 1, "k1", "one"),
        ("a", 2, 1, "k2", "two"),
        ("a", 3, 2, "k1", ""),
        ("a", 4, 3, "k2", "not visible yet"),
        ("b", 1, 1, "k1", "another tenant's"),
    )
    return StoreOutbox(engine)


def test_pending_rows_come_in_order_with_what_overtakes_them(outbox: StoreOutbox) -> None:
    rows = outbox.pending(limit=10)

    assert [(row.tenant_id, row.sequence, row.text, row.is_latest) for row in rows] == [
        ("a", 1, "one", False),
        ("a", 2, "two", True),
        ("a", 3, None, True),
        ("b", 1, "another tenant's", True),
    ]
    assert rows[0].payload == {"source": "crm"}
    assert outbox.count_pending() == 4


def test_rows_beyond_the_limit_wait_and_still_overtake(outbox: StoreOutbox) -> None:
    assert [(row.sequence, row.is_latest) for row in outbox.pending(limit=2)] == [(1, False), (2, True)]


def test_done_rows_are_pending_no_more(
    outbox: StoreOutbox, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_outbox, "MARKED_AT_ONCE", 2)
    assert not outbox.has_done()

    for _ in range(2):
        outbox.mark_done(outbox.pending(limit=10), at=NOW)

    assert outbox.has_done()
    assert outbox.count_pending() == 0
    with engine.connect() as connection:
        kept = connection.execute(text("select text from outbox where done_at is not null")).all()
        assert {row[0] for row in kept} == {""}


def test_a_store_without_an_outbox_is_told_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NoStore, match="concord run"):
        StoreOutbox(create_engine(f"sqlite:///{tmp_path / 'empty.db'}"))
