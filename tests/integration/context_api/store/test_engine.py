"""A store that cannot be used is told plainly; one that is made is its owner's alone."""

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from context_api.errors import StoreBusy
from context_api.store.engine import migrate, open_store, writing
from context_api.store.sealing import Sealer

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_locked_store_is_told_plainly(warehouse: Any, sqlite_url: str, sealer: Sealer) -> None:
    warehouse.tell()
    holder, ours = open_store(sqlite_url), open_store(sqlite_url, busy_timeout_seconds=0.05)
    warehouse.settle(holder, sealer)

    with writing(holder), pytest.raises(StoreBusy, match="locked by another process"):
        warehouse.publish_settled(ours, sealer)

    assert warehouse.publish_settled(ours, sealer).written["golden_records"] == 3


def test_a_new_file_and_its_log_are_for_their_owner_alone(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("select 1 from tenants").all()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    engine.dispose()

    assert modes.keys() >= {"store.db", "store.db-wal"}
    assert set(modes.values()) == {0o600}
