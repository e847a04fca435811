"""What docker-compose.yml starts, by hand: `concord migrate` once, then two workers, on a real PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_service import fetched, served
from published_company import OURS, make_key, publish_company
from sqlalchemy import text

from context_api.audit.reading import verify_chain
from context_api.settings import as_environment, read_settings
from context_api.store.engine import open_store, reading

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MASTER_KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="  # of the published company
READS = 400


@pytest.fixture
def databases(postgres: str) -> Iterator[tuple[str, str]]:
    """The addresses of two new and empty databases, for the store and for the audit."""
    names = ("deployed", "deployed_audit")
    for name in names:
        _administer(postgres, f"create database {name}")
    store, audit = (postgres.replace("/postgres?", f"/{name}?") for name in names)
    yield store, audit
    for name in names:
        _administer(postgres, f"drop database {name} with (force)")


def test_migrated_once_two_workers_serve_what_is_published_and_leave_their_trail(
    databases: tuple[str, str], new_warehouse: Callable[[], Any], tmp_path: Path
) -> None:
    store, audit = databases
    settings = read_settings(home=tmp_path, store_url=store, audit_url=audit, store_key=MASTER_KEY)
    environment = {**os.environ, **as_environment(settings)}
    for _ in range(2):  # a second time it finds nothing to do
        done = subprocess.run([sys.executable, "-m", "concord", "migrate"], env=environment, timeout=300)
        assert done.returncode == 0
    engine = open_store(store)
    early = make_key(engine, OURS, now=NOW)

    with served(tmp_path, "--before-publish", workers=2, environment=as_environment(settings)) as server:
        before = _get(server.address, "/v1/customers", early)
        tenants = publish_company(engine, new_warehouse, now=NOW)
        ours = tenants[OURS]
        path = f"/v1/customers/{ours.ids['person']}"
        with ThreadPoolExecutor(8) as asking:
            answers = list(asking.map(lambda _: _get(server.address, path, ours.key), range(READS)))
        ready = fetched(f"{server.address}/readyz").json()
    engine.dispose()

    assert (before.status_code, before.json()["type"]) == (503, "/problems/nothing-published")
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["golden_id"] == ours.ids["person"]
    assert {name: ready["checks"][name]["status"] for name in ("store", "audit", "version")} == {
        "store": "ok",
        "audit": "ok",
        "version": "ok",
    }
    _assert_that_both_workers_told(audit)
    log = server.log.read_text(encoding="utf-8")
    assert not [said for said in (MASTER_KEY, ours.key, ours.canary) if said in log]


def _assert_that_both_workers_told(audit: str) -> None:
    """Each process writes a chain of its own."""
    engine = open_store(audit)
    with reading(engine) as connection:
        told: dict[str, int] = dict(
            connection.execute(
                text("select writer, count(*) from audit_entries where status = 200 group by writer")
            ).all()
        )
    assert len(told) == 2
    assert sum(told.values()) == READS
    assert verify_chain(engine).faults == ()
    engine.dispose()


def _get(address: str, path: str, key: str) -> httpx.Response:
    return fetched(f"{address}{path}", headers={"Authorization": f"Bearer {key}"})


def _administer(address: str, statement: str) -> None:
    engine = open_store(address)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()
