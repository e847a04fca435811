"""An older result never replaces a newer one; one publish at a time."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.errors import PublicationLost, StaleResult
from context_api.settling_publish import begin
from context_api.store.sealing import Sealer
from pipelines.publish import terms_of
from pipelines.publish_ledger import read_base, resolution_schema

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("phone", ["123456", "654321"], ids=["nothing-changed", "changed"])
def test_an_older_result_never_replaces_a_newer_one(
    engine: Engine, warehouse: Any, new_warehouse: Callable[[], Any], sealer: Sealer, phone: str
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    slow = new_warehouse()
    slow.tell()
    slow.settle(engine, sealer)
    warehouse.record(C, full_name="Cleo Roe", phone=phone)
    warehouse.publish(engine, sealer)

    with pytest.raises(StaleResult, match="version 1000001 was published"):
        slow.publish_settled(engine, sealer)


def test_a_publish_that_was_overtaken_while_staging_gives_up(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.settle(engine, sealer)
    with resolution_schema(warehouse.connection):
        base = read_base(warehouse.connection)
    from_fixture = sys.modules["small_warehouse"].MODEL
    first = begin(engine, sealer, base=base, terms=terms_of(from_fixture), now=LATER)
    second = begin(engine, sealer, base=base, terms=terms_of(from_fixture), now=LATER)

    with pytest.raises(PublicationLost), first.batch():
        pass
    assert second.finish(counts={}, now=LATER).version == second.version
