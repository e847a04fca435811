"""Readers see one version, and one tenant (law 7)."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from context_api.store.engine import reading
from context_api.store.reading import golden_record, resolve_id, version_at
from context_api.store.sealing import Sealer
from context_api.store.views import Resolution
from resolution.domain.ids import seed_id

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def test_tenants_do_not_see_each_other(
    engine: Engine, warehouse: Any, new_warehouse: Callable[[], Any], sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    other, other_sealer = new_warehouse(), Sealer(sealer.master, "other")
    other.record(A, full_name="Somebody Else")

    other.publish(engine, other_sealer)

    with reading(engine) as connection:
        ours, theirs = version_at(connection, sealer), version_at(connection, other_sealer)
        assert golden_record(ours, seed_id(A)).primary("full_name") == "Ann Lee"
        assert golden_record(theirs, seed_id(A)).primary("full_name") == "Somebody Else"
        assert resolve_id(theirs, seed_id(C)).status is Resolution.UNKNOWN


def test_readers_see_one_version_while_others_are_published(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    """Both parties state the number of the version that they belong to; no reader sees two numbers."""

    def state(number: int) -> None:
        warehouse.record(A, full_name=f"Number {number}")
        warehouse.record(C, full_name=f"Number {number}")

    state(0)
    warehouse.publish(engine, sealer)
    is_over, faults, seen = threading.Event(), [], set()

    def read() -> None:
        while not is_over.is_set():
            try:
                with reading(engine) as connection:
                    snapshot = version_at(connection, sealer)
                    names = {golden_record(snapshot, seed_id(r)).primary("full_name") for r in (A, C)}
            except Exception as error:  # noqa: BLE001 - any error of a reader fails the test
                faults.append(repr(error))
                return
            seen.add(len(names))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 3):
        state(number)
        warehouse.publish(engine, sealer)
    is_over.set()
    for reader in readers:
        reader.join()

    assert faults == []
    assert seen == {1}
