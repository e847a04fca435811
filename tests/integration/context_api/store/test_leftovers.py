"""What failed publishes leave behind is cleared by the next one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.settling_publish import Publication
from context_api.store.ranges import ranged_tables
from context_api.store.sealing import Sealer
from resolution.domain.ids import seed_id

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def test_what_stops_a_publish_leaves_the_last_version_and_no_leftovers(
    engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    before = warehouse.world(engine, sealer)
    warehouse.link(B, C, 9)
    warehouse.link(A, C, 9)
    warehouse.record(ORG, "organization", organization_name="Roe Limited")

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Publication, "finish", fail)
        with pytest.raises(RuntimeError, match="disk"):
            warehouse.publish(engine, sealer)
    assert warehouse.world(engine, sealer) == before

    summary = warehouse.publish(engine, sealer)

    assert warehouse.world(engine, sealer)[C] == seed_id(A)
    visible = {
        row[0] for row in warehouse.rows(engine, "select sequence from versions where visible_at is not null")
    }
    for table in ranged_tables():
        found = warehouse.rows(engine, f"select published_from, published_to from {table}")
        assert {version for row in found for version in row} - {None} <= visible, table
    assert {row[0] for row in warehouse.rows(engine, "select distinct version from outbox")} <= visible
    orphans = (
        "select golden_id, entity_version from golden_values"
        " except select golden_id, entity_version from golden_records"
    )
    assert warehouse.rows(engine, orphans) == []
    assert [path.name for path in sorted(summary.snapshot.parent.iterdir())] == [
        "1.snapshot",
        f"{summary.version}.snapshot",
    ]
