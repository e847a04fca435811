"""A full disk, a lock that somebody holds: told plainly, nothing broken; the next publish goes through."""

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.errors import StoreBusy, StoreUnavailable
from context_api.store.engine import open_store, reading
from context_api.store.reading import golden_record, version_at
from context_api.store.sealing import Sealer
from pipelines import publish_staging
from resolution.domain.ids import seed_id

COUNT = 150
HOLDER = """
import sys
from context_api.store.engine import is_sqlite, open_store, writing
with writing(open_store(sys.argv[1])) as connection:
    if not is_sqlite(connection):
        connection.exec_driver_sql("select * from tenants for update")
    print("held", flush=True)
    sys.stdin.read()
"""


def tell(warehouse: Any, *, city: str) -> None:
    for number in range(COUNT):
        warehouse.record(
            f"crm:contact:{number}", full_name=f"Name {number}", city=city, phone=f"5550{number}"
        )


def city_of(engine: Engine, sealer: Sealer) -> str | None:
    with reading(engine) as connection:
        return golden_record(version_at(connection, sealer), seed_id("crm:contact:0")).primary("city")


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Let every write past this size of a file fail, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("room", [20_000, 300_000, 900_000], ids=["at-once", "early", "midst"])
def test_a_full_disk_is_told_and_the_publish_goes_through_once_there_is_room(
    sqlite_engine: Engine, warehouse: Any, sealer: Sealer, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish_staging, "BATCH", 50)
    tell(warehouse, city="Bern")
    warehouse.publish(sqlite_engine, sealer)
    tell(warehouse, city="Basel" * 200)
    warehouse.settle(sqlite_engine, sealer)
    with sqlite_engine.connect() as connection:
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")

    with no_file_beyond(room), pytest.raises(StoreUnavailable, match="free the disk") as told:
        warehouse.publish_settled(sqlite_engine, sealer)

    assert "last version in force is untouched" in str(told.value)
    assert city_of(sqlite_engine, sealer) == "Bern"
    with reading(sqlite_engine) as connection:
        assert connection.exec_driver_sql("pragma integrity_check").scalar_one() == "ok"
    warehouse.publish(sqlite_engine, sealer)
    assert city_of(sqlite_engine, sealer) == "Basel" * 200
    assert warehouse.rows(sqlite_engine, "select count(*) from golden_records") == [(2 * COUNT,)]


@contextmanager
def held_by_another(engine: Engine) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the store's writer while the block runs."""
    url = engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", HOLDER, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), *sys.path])},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.communicate("")


def test_a_store_that_another_process_keeps_locked_is_told_after_a_wait(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    tell(warehouse, city="Bern")
    warehouse.publish(engine, sealer)
    tell(warehouse, city="Basel")
    warehouse.settle(engine, sealer)
    ours = open_store(engine.url.render_as_string(hide_password=False), busy_timeout_seconds=0.3)

    with held_by_another(engine), pytest.raises(StoreBusy, match="locked by another process"):
        warehouse.publish_settled(ours, sealer)

    assert city_of(engine, sealer) == "Bern"
    warehouse.publish_settled(ours, sealer)
    assert city_of(engine, sealer) == "Basel"
    ours.dispose()


def test_a_lock_that_is_given_back_in_time_only_delays_a_publish(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    tell(warehouse, city="Bern")
    warehouse.publish(engine, sealer)
    tell(warehouse, city="Basel")
    warehouse.settle(engine, sealer)

    with held_by_another(engine) as holder:
        letting_go = threading.Timer(0.5, holder.kill)
        letting_go.start()
        warehouse.publish_settled(engine, sealer)
        letting_go.join()

    assert city_of(engine, sealer) == "Basel"
