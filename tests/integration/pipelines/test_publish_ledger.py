"""The ledger goes to the warehouse and comes back as it was."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from context_api.store.sealing import Sealer
from pipelines.publish import ledger_from_store

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_ledger_comes_back_to_the_warehouse_as_it_was(
    engine: Engine, warehouse: Any, new_warehouse: Callable[[], Any], sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    warehouse.link(A, C, 9)
    warehouse.link(B, C, 9)
    warehouse.publish(engine, sealer)
    other = new_warehouse()

    base = ledger_from_store(other.connection, engine, "default")

    tables = ("ledger", "redirects", "membership", "first_seen", "decisions")
    for table in tables:
        query = f"from resolution.{table} order by all"
        assert other.connection.execute(query).fetchall() == warehouse.connection.execute(query).fetchall()
    assert (
        base.version
        == warehouse.connection.execute("select max(version) from resolution.golden_membership").fetchall()[
            0
        ][0]
    )
