"""Reading one view: the version in force, from threads at once, and from a store that is not there."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.errors import StoreUnavailable
from context_api.store.engine import open_store
from context_api.store.sealing import Sealer
from context_api.store.view_reader import ViewReader


def test_a_view_is_read_and_a_newer_version_is_seen_at_once(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    golden_id = warehouse.world(engine, sealer)["crm:company:9"]
    reader = ViewReader(engine, wait_seconds=1)

    first = asyncio.run(reader.read(sealer, golden_id, view="full"))
    warehouse.record("crm:company:9", "organization", organization_name="Roe and Daughters")
    warehouse.publish(engine, sealer)
    second = asyncio.run(reader.read(sealer, golden_id, view="full"))
    none = asyncio.run(reader.read(sealer, "g-00000000000000000000", view="full"))
    reader.close()

    assert first is not None
    assert second is not None
    assert (b"Roe Ltd" in first.body, b"Roe and Daughters" in second.body) == (True, True)
    assert second.version > first.version
    assert none is None


def test_a_store_that_is_not_there_is_said_to_be_unavailable(tmp_path: Path, sealer: Sealer) -> None:
    reader = ViewReader(open_store(f"sqlite:///{tmp_path / 'gone' / 'store.db'}"), wait_seconds=1)

    with pytest.raises(StoreUnavailable, match="/readyz"):
        asyncio.run(reader.read(sealer, "g-1", view="full"))
