"""/healthz, /readyz and /metrics: what an operator asks, also on a bad day."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest
from published_company import NOW, make_key
from sqlalchemy import text

from context_api.auth import Scope
from context_api.operations import CHECK_SECONDS, Finding, State
from context_api.serving import Serving
from context_api.store.engine import is_sqlite, open_store, writing

ELSEWHERE = ("203.0.113.9", 1)


def test_a_published_store_is_ready_in_every_part(api: Any) -> None:
    answer = api.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert {name: found["status"] for name, found in answer.json()["checks"].items()} == dict.fromkeys(
        ("store", "audit", "version", "snapshot", "live"), "ok"
    )


def test_before_the_first_publish_it_is_alive_and_not_ready(
    tmp_path: Any, store_url: str, start_api: Callable[..., Any]
) -> None:
    from context_api.settings import read_settings

    api = start_api(read_settings(home=tmp_path / "new", store_url=store_url))

    answer = api.get("/readyz")

    assert api.get("/healthz").json() == {"status": "ok"}
    assert answer.status_code == 503
    assert answer.json()["checks"]["version"] == {
        "status": "failing",
        "advice": "nothing is published yet; run `concord run`",
    }


def test_a_missing_snapshot_serves_less_and_says_what_to_run(
    api_on_sqlite: Any, published_on_sqlite: Any
) -> None:
    shutil.rmtree(published_on_sqlite.home / "snapshots")

    answer = api_on_sqlite.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert "concord run" in answer.json()["checks"]["snapshot"]["advice"]


def test_a_store_of_another_release_is_not_served(api: Any, published: Any) -> None:
    engine = open_store(published.url)
    with writing(engine) as connection:
        connection.execute(text("update alembic_version set version_num = '0001'"))
    engine.dispose()

    answer = api.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["store"]["status"] == "failing"


def test_a_store_that_is_gone_shows_and_reads_are_refused_without_its_name(
    published_on_sqlite: Any, start_api: Callable[..., Any]
) -> None:
    api = start_api(published_on_sqlite.settings())
    for file in published_on_sqlite.home.glob("store.db*"):
        file.unlink()
    (published_on_sqlite.home / "store.db").mkdir()

    ready = api.get("/readyz")
    read = api.get("/v1/versions", headers=published_on_sqlite.ours.headers)

    assert ready.status_code == read.status_code == 503
    assert ready.json()["checks"]["store"]["status"] == "failing"
    assert read.json()["type"] == "/problems/store-unavailable"
    assert "store.db" not in ready.text + read.text


def test_a_locked_store_is_read_or_refused_at_once_and_shows(
    published: Any, start_api: Callable[..., Any]
) -> None:
    api = start_api(published.settings(wait_seconds=0.3))
    golden_id, headers = published.ours.ids["person"], published.ours.headers
    engine = open_store(published.url)
    with writing(engine) as connection:  # on SQLite this is the one writer, whom readers do not wait for
        if not is_sqlite(engine):
            for table in ("tenants", "rendered_views"):
                connection.execute(text(f"lock table {table} in access exclusive mode"))
        paths = [f"/v1/customers/{golden_id}{query}" for query in ("", "?include=history")]
        reads = [api.get(path, headers=headers) for path in paths]
        ready = api.get("/readyz")
    after = api.get(paths[0], headers=headers)

    refused = [] if is_sqlite(engine) else [(503, "/problems/store-busy")] * 2
    assert [(read.status_code, read.json()["type"]) for read in reads if read.status_code != 200] == refused
    assert ready.json()["status"] == ("failing" if refused else "ok")
    assert after.status_code == 200
    engine.dispose()


def test_a_part_that_hangs_is_told_within_a_second(
    published_on_sqlite: Any, start_api: Callable[..., Any]
) -> None:
    import asyncio

    async def hanging(_: Serving) -> Finding:
        await asyncio.sleep(60)
        return Finding(status=State.OK)

    api = start_api(published_on_sqlite.settings(), checks={"vectors": hanging})

    answer = api.get("/readyz")

    assert answer.status_code == 503
    assert f"within {CHECK_SECONDS} s" in answer.json()["checks"]["vectors"]["advice"]


@pytest.mark.parametrize(
    ("client", "scopes", "status"),
    [
        pytest.param(("127.0.0.1", 1), None, 200, id="here"),
        pytest.param(ELSEWHERE, None, 401, id="elsewhere"),
        pytest.param(ELSEWHERE, [Scope.CUSTOMERS_READ], 403, id="elsewhere-with-another-scope"),
        pytest.param(ELSEWHERE, [Scope.OPERATIONS_READ], 200, id="elsewhere-with-the-scope"),
    ],
)
def test_counts_are_told_here_or_to_whom_the_scope_allows_it(
    client: tuple[str, int],
    scopes: list[Scope] | None,
    status: int,
    api_on_sqlite: Any,
    published_on_sqlite: Any,
) -> None:
    engine = open_store(published_on_sqlite.url)
    key = None if scopes is None else make_key(engine, "default", now=NOW, scopes=scopes)
    engine.dispose()
    api_on_sqlite.get("/v1/versions", headers=published_on_sqlite.ours.headers)
    asking = api_on_sqlite.from_address(client)

    answer = api_on_sqlite.run(asking.get("/metrics", headers={} if key is None else {"X-API-Key": key}))

    assert answer.status_code == status
    counted = 'concord_requests_total{method="GET",route="/v1/versions",status="200"} 1.0'
    assert (counted in answer.text) == (status == 200)
