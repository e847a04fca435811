"""`concord serve` as it is: real processes, several workers, both databases, and kill -9."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from api_service import Server, fetched, served
from sqlalchemy import text

from context_api.audit.reading import verify_chain
from context_api.errors import NothingPublished
from context_api.running import make_ready
from context_api.settings import read_settings
from context_api.store.engine import open_store, reading


def test_a_home_without_a_store_is_not_served_and_none_is_made(tmp_path: Any) -> None:
    with pytest.raises(NothingPublished, match="concord run --home"):
        make_ready(read_settings(home=tmp_path / "home"))

    assert list(tmp_path.iterdir()) == []


def test_a_store_without_a_version_is_served_only_where_that_is_wanted(tmp_path: Any, store_url: str) -> None:
    settings = read_settings(home=tmp_path / "home", store_url=store_url)

    make_ready(settings, before_publish=True)
    with pytest.raises(NothingPublished, match="--before-publish"):
        make_ready(settings)


def test_two_workers_share_one_store_and_tell_of_both(published: Any) -> None:
    environment = published.environment()
    with served(published.home, workers=2, environment=environment) as server:
        with ThreadPoolExecutor(8) as asking:
            answers = list(asking.map(lambda _: _get(server, published), range(200)))
        ready = fetched(f"{server.address}/readyz").json()
        counted = fetched(f"{server.address}/metrics").text

    assert {answer.status_code for answer in answers} == {200}
    assert {name: found["status"] for name, found in ready["checks"].items()} == {
        "store": "ok",
        "audit": "ok",
        "version": "ok",
        "snapshot": "ok",
        "live": "ok",
        "vectors": "degraded",  # nothing was embedded
    }
    assert 'concord_requests_total{method="GET",route="/v1/versions",status="200"} 200.0' in counted
    assert _request_ids(published) == {answer.headers["x-request-id"] for answer in answers}
    assert published.ours.key not in server.log.read_text(encoding="utf-8")


def test_what_can_be_asked_by_get_can_be_by_head(published: Any) -> None:
    of_party = f"/v1/customers/{published.ours.ids['person']}"
    paths = (
        "/healthz",
        "/v1/versions",
        of_party,
        f"{of_party}?detail=full",
        "/v1/customers/g-1",
        "/v1/match",
    )
    with (
        served(published.home, environment=published.environment()) as server,
        httpx.Client(base_url=server.address, headers=published.ours.headers, trust_env=False) as client,
    ):
        pairs = [(client.get(path, timeout=60), client.head(path, timeout=60)) for path in paths]

    for got, told in pairs:
        assert (told.status_code, told.content) == (got.status_code, b"")
        assert told.headers["content-length"] == got.headers["content-length"]
    assert [told.status_code for _, told in pairs] == [200, 200, 200, 200, 400, 405]


def test_an_answer_that_was_given_has_its_entry_also_after_kill_9(published: Any) -> None:
    answered: set[str] = set()
    are_many = threading.Event()

    def ask(server: Server, number: int) -> None:
        with httpx.Client(trust_env=False, headers=published.ours.headers) as client:
            for count in range(10_000):
                mine = f"{number}-{count}"
                try:
                    answer = client.get(f"{server.address}/v1/versions", headers={"X-Request-Id": mine})
                except httpx.TransportError:  # killed
                    return
                assert answer.status_code == 200
                answered.add(mine)
                if len(answered) > 100:
                    are_many.set()

    with (
        served(published.home, workers=2, environment=published.environment()) as server,
        ThreadPoolExecutor(8) as asking,
    ):
        asked = [asking.submit(ask, server, number) for number in range(8)]
        assert are_many.wait(60)
        server.kill()
        for each in asked:
            each.result()

    assert len(answered) > 100
    assert answered <= _request_ids(published)
    engine = open_store(published.settings().audit_address())
    assert verify_chain(engine).faults == ()
    engine.dispose()


def _get(server: Server, published: Any) -> httpx.Response:
    return fetched(f"{server.address}/v1/versions", headers=published.ours.headers)


def _request_ids(published: Any) -> set[str]:
    engine = open_store(published.settings().audit_address())
    with reading(engine) as connection:
        found = {row.request_id for row in connection.execute(text("select request_id from audit_entries"))}
    engine.dispose()
    return found


def test_the_front_door_has_the_function_that_processes_are_made_by() -> None:
    import concord
    from context_api.commands import FACTORY

    module, _, name = FACTORY.partition(":")
    assert sys.modules[module] is concord
    assert callable(getattr(concord, name))
