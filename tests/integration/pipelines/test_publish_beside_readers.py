"""Publishing while others read and decide: no error, no answer of two versions, a log that stays short."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.store import engine as store_engine
from context_api.store.engine import reading
from context_api.store.sealing import Sealer
from pipelines import publish_staging, publish_views
from resolution.domain.ids import seed_id

ROOT = Path(__file__).parents[3]
PARTIES = [f"crm:contact:{number}" for number in range(12)]
START_SECONDS = 120
HOW_MANY = [pytest.param(8, id="8"), pytest.param(50, id="50", marks=pytest.mark.long)]


def tell(warehouse: Any, city: str) -> None:
    for number, record in enumerate(PARTIES):
        warehouse.record(record, full_name=f"Name {number}", city=city, phone=f"55500{number}")


@contextmanager
def readers(engine: Engine, folder: Path, count: int) -> Iterator[list[dict[str, Any]]]:
    """Run reading processes while the block runs; the list then holds what each of them saw."""
    (folder / "parties.json").write_text(json.dumps([seed_id(record) for record in PARTIES]))
    (folder / "key").write_bytes(b"k" * 32)
    url = engine.url.render_as_string(hide_password=False)
    command = [
        sys.executable,
        "-m",
        "benchmarks.store_readers",
        url,
        str(folder),
        str(count),
        str(count / 100),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    process = subprocess.Popen(command, env=environment, cwd=ROOT)  # noqa: S603
    told: list[dict[str, Any]] = []
    try:
        until = time.monotonic() + START_SECONDS
        while not (folder / "started").exists():
            assert process.poll() is None, "the readers did not start"
            assert time.monotonic() < until, "the readers did not start in time"
            time.sleep(0.05)
        yield told
    finally:
        (folder / "stop").touch()
        code = process.wait(timeout=START_SECONDS)
    assert code == 0
    told += [json.loads(path.read_text()) for path in sorted(folder.glob("reader-*.json"))]


@pytest.mark.parametrize("count", HOW_MANY)
def test_processes_that_read_while_versions_are_published_see_each_version_whole(
    engine: Engine,
    warehouse: Any,
    sealer: Sealer,
    tmp_path: Path,
    count: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(publish_staging, "BATCH", 3)  # many transactions for each version
    tell(warehouse, "Town 0")
    warehouse.publish(engine, sealer)
    folder = tmp_path / "readers"
    folder.mkdir()

    with readers(engine, folder, count) as told:
        for number in range(1, 5):
            tell(warehouse, f"Town {number}")
            warehouse.publish(engine, sealer)

    assert len(told) == count
    assert [error for one in told for error in one["errors"]] == []
    assert [mixed for one in told for mixed in one["mixed"]] == []
    assert all(one["answers"] for one in told)
    assert len({marker for one in told for marker in one["markers"]}) > 1, "nobody read beside a publish"


def overlap(engine: Engine, stop: threading.Event) -> None:
    """Hold one short reading transaction after the other."""
    while not stop.is_set():
        with reading(engine) as connection:
            connection.exec_driver_sql("select count(*) from tenants").all()
            time.sleep(0.02)


def tell_long_texts(warehouse: Any) -> None:
    for number in range(400):
        warehouse.record(f"crm:contact:{number}", full_name=f"Name {number}", city="x" * 4_000)


def weigh_logs(engine: Engine, monkeypatch: pytest.MonkeyPatch, *, limit: int) -> list[int]:
    """Let SQLite's log begin anew past a limit, and return the sizes that it comes to."""
    monkeypatch.setattr(store_engine, "WAL_SIZE_LIMIT_BYTES", limit)
    monkeypatch.setattr(publish_staging, "BATCH", 50)
    monkeypatch.setattr(publish_views, "BATCH", 50)
    monkeypatch.setattr(publish_views, "PARTIES", 50)
    log, trim = Path(f"{engine.url.database}-wal"), store_engine.trim_log
    sizes: list[int] = []

    def weighed(engine: Engine) -> None:
        sizes.append(log.stat().st_size)
        trim(engine)

    monkeypatch.setattr("context_api.settling_publish.trim_log", weighed)
    return sizes


def test_a_first_publish_keeps_the_log_short_by_itself(
    sqlite_engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 500_000
    sizes = weigh_logs(sqlite_engine, monkeypatch, limit=limit)
    tell_long_texts(warehouse)

    warehouse.publish(sqlite_engine, sealer)

    assert max(sizes) < 3 * limit


def test_the_log_stays_short_while_readers_overlap_without_a_pause(
    sqlite_engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 500_000
    sizes = weigh_logs(sqlite_engine, monkeypatch, limit=limit)
    tell_long_texts(warehouse)
    stop = threading.Event()
    threads = [threading.Thread(target=overlap, args=(sqlite_engine, stop)) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        warehouse.publish(sqlite_engine, sealer)
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert sum(later < former for former, later in pairwise(sizes)) > 3, "the log never began anew"
    assert max(sizes) < 16 * limit, "24 times the limit and more without"
