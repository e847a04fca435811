"""What every request gets, whatever it asks: ids, headers, limits, a problem where it fails, one log line."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@pytest.mark.parametrize("path", ["/v1/versions", "/v1/nothing", "/healthz", "/v1/versions?limit=x"])
def test_every_answer_names_its_request_and_is_kept_by_nobody(path: str, api_on_sqlite: Any) -> None:
    answer = api_on_sqlite.get(path)

    assert {name: answer.headers[name] for name in SECURITY} == SECURITY
    assert answer.headers["x-request-id"] == answer.headers["x-correlation-id"]


def test_ids_that_are_given_come_back(api_on_sqlite: Any) -> None:
    answer = api_on_sqlite.get("/v1/nothing", headers={"X-Request-Id": "mine", "X-Correlation-Id": "all"})

    assert answer.headers["x-request-id"] == "mine"
    assert answer.headers["x-correlation-id"] == "all"
    assert answer.json()["instance"] == "mine"


def test_a_malformed_header_is_a_problem_even_where_nobody_reads_it(api_on_sqlite: Any) -> None:
    answer = api_on_sqlite.get("/healthz", headers={"Concord-Purpose": "Support!"})

    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/malformed-request"
    assert len(answer.headers["x-request-id"]) == 24


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("GET", "/v1/versions/", 404, "not-found"),
        ("PUT", "/v1/versions", 405, "method-not-allowed"),
    ],
)
def test_what_is_not_served_is_a_problem(
    method: str, path: str, status: int, slug: str, api_on_sqlite: Any
) -> None:
    answer = api_on_sqlite.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"/problems/{slug}"
    assert ("allow" in answer.headers) == (status == 405)


async def parts(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 1_000


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param({"content": b"x" * 1_000_001}, id="in-one"),
        pytest.param({"content": parts(1_001)}, id="in-parts-of-no-stated-length"),
        pytest.param({"content": b"x", "headers": {"Content-Length": "99999999999"}}, id="stated-too-long"),
        pytest.param({"content": b"x", "headers": {"Content-Length": "-1"}}, id="stated-as-no-length"),
    ],
)
def test_a_body_that_is_too_large_is_refused_with_the_limit(
    stated: dict[str, Any], api_on_sqlite: Any
) -> None:
    answer = api_on_sqlite.post("/v1/versions", **stated)

    assert answer.status_code == 413
    assert answer.json()["limit"] == 1_000_000


@pytest.mark.parametrize("path", ["/v1/versions", "/v1/freshness", "/healthz", "/v1/nothing"])
def test_a_query_that_is_too_long_is_refused_with_the_limit(path: str, api_on_sqlite: Any) -> None:
    answer = api_on_sqlite.get(f"{path}?source=" + "x" * 16_384)

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-request")
    assert "16384" in answer.json()["detail"]


def test_a_body_within_its_limit_goes_through(api_on_sqlite: Any) -> None:
    assert api_on_sqlite.post("/v1/versions", content=b"x" * 1_000_000).status_code == 405


def test_the_log_tells_template_and_key_and_nothing_that_was_asked(
    api_on_sqlite: Any, published_on_sqlite: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="concord.access"):
        api_on_sqlite.get("/v1/freshness?source=ann@example.com", headers=published_on_sqlite.ours.headers)

    (line,) = [record.message for record in caplog.records if record.name == "concord.access"]
    told = json.loads(line)
    assert (told["method"], told["route"], told["status"]) == ("GET", "/v1/freshness", 400)
    assert told["key_id"] == published_on_sqlite.ours.key.split("_")[1]
    assert "ann@example.com" not in caplog.text
    assert published_on_sqlite.ours.key.split("_", 2)[2] not in caplog.text


def test_more_requests_than_a_process_answers_are_told_to_come_again(
    published_on_sqlite: Any, start_api: Any
) -> None:
    async def ask(api: Any, count: int) -> list[Any]:
        headers = published_on_sqlite.ours.headers
        return await asyncio.gather(*(api.http.get("/v1/versions", headers=headers) for _ in range(count)))

    api = start_api(published_on_sqlite.settings(request_limit=2))

    answers = api.run(ask(api, 10))

    assert sorted({answer.status_code for answer in answers}) == [200, 503]
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert refused.json()["type"] == "/problems/overloaded"
    assert refused.headers["Retry-After"] == "1"
    assert api.get("/v1/versions", headers=published_on_sqlite.ours.headers).status_code == 200
