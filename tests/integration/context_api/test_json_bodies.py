"""Bodies that cannot be read are answered with what to send, and where they break."""

from typing import Any

import pytest

JSON = "application/json"
WHOLE = b'{"records": [{"full_name": "Ann Lee"}]}'


def sent(api: Any, published: Any, body: bytes, kind: str | None = JSON) -> Any:
    stated = {} if kind is None else {"Content-Type": kind}
    return api.post("/v1/match", content=body, headers=published.ours.headers | stated)


@pytest.mark.parametrize(
    ("body", "told", "facts"),
    [
        (b'{"records": [\n  {"full_name": }]}', "line 2, column 17", {"line": 2, "column": 17}),
        (b'{"records": [', "line 1, column 14", {"line": 1, "column": 14}),
        (b'{"records": ["\xff\xfe"]}', "byte 14 is not utf-8", {"byte": 14}),
        (b"[" * 100_000, "nested deeper", {}),
        (b'{"limit": ' + b"9" * 5_000 + b"}", "number", {}),
    ],
    ids=["no-value", "unfinished", "no-utf-8", "deep", "long-number"],
)
def test_a_body_that_is_no_json_is_told_where_it_breaks(
    body: bytes, told: str, facts: dict[str, int], api_on_sqlite: Any, published_on_sqlite: Any
) -> None:
    answer = sent(api_on_sqlite, published_on_sqlite, body)

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (400, "/problems/malformed-request")
    assert told in problem["detail"]
    assert facts.items() <= problem.items()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "json", None])
def test_a_body_that_is_not_said_to_be_json_is_answered_with_the_header_to_send(
    kind: str | None, api_on_sqlite: Any, published_on_sqlite: Any
) -> None:
    answer = sent(api_on_sqlite, published_on_sqlite, WHOLE, kind)

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (415, "/problems/unsupported-content-type")
    assert "Content-Type: application/json" in problem["detail"]
    assert problem.get("content_type") == kind


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/problem+json"])
def test_json_of_any_name_is_read(kind: str, api_on_sqlite: Any, published_on_sqlite: Any) -> None:
    answer = sent(api_on_sqlite, published_on_sqlite, b'{"records": []}', kind)

    assert (answer.status_code, answer.json()["faults"][0]["where"]) == (422, "body.records")


def test_no_body_is_told_to_be_missing(api_on_sqlite: Any, published_on_sqlite: Any) -> None:
    answer = sent(api_on_sqlite, published_on_sqlite, b"")

    assert (answer.status_code, answer.json()["faults"][0]["where"]) == (422, "body")
