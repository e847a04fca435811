"""Questions that schemathesis does not come to by itself, on each database: none may end in a 5xx."""

from typing import Any

import pytest

from context_api.app import create_app, openapi
from context_api.settings import read_settings

HUGE = "9" * 400
ODD = {
    "nul": "%00",
    "nul-in-words": "a%00b",
    "no-utf-8": "%FF%FE",
    "half-a-surrogate": "%ED%A0%80",
    "far-plane": "%F0%9F%A6%86",
    "right-to-left": "%E2%80%AE",
    "line-break": "a%0Db%0A",
    "dots": "..%2F..%2Fetc",
    "quote": "'%20or%201=1--",
    "percent": "%25",
    "wildcard": "%25_%5C",
    "huge-number": HUGE,
    "minus-huge": "-" + HUGE,
    "not-a-number": "NaN",
    "infinity": "1e400",
    "year-ten-thousand": "10000-01-01",
    "year-one": "0001-01-01T00:00:00%2B14:00",
    "last-year": "9999-12-31T23:59:59-14:00",
}
NEEDED = {"/v1/search": {"q": "ann"}}  # without it nothing else is looked at
PARAMETERS = [
    (path, parameter["name"])
    for path, methods in openapi(create_app(read_settings()))["paths"].items()
    if "get" in methods and path.startswith("/v1/")
    for parameter in methods["get"].get("parameters", ())
]


@pytest.mark.parametrize(("path", "name"), PARAMETERS, ids=[f"{path} {name}" for path, name in PARAMETERS])
def test_an_odd_value_is_refused_or_finds_nothing(path: str, name: str, api: Any, published: Any) -> None:
    mine = path if f"{{{name}}}" in path else path.replace("{golden_id}", published.ours.ids["person"])
    found = {}
    for odd, value in ODD.items():
        where = (
            mine.replace(f"{{{name}}}", value)
            if f"{{{name}}}" in mine
            else f"{mine.replace('{record_id}', 'crm:contact:1')}?{name}={value}"
        )
        where += "".join(f"&{key}={said}" for key, said in NEEDED.get(path, {}).items() if key != name)
        answer = api.get(where, headers=published.ours.headers)
        found[odd] = answer.status_code
        assert answer.headers["content-type"] in ("application/json", "application/problem+json")

    assert {odd: status for odd, status in found.items() if status >= 500} == {}
    assert (found["nul"], found["nul-in-words"]) == (400, 400)


@pytest.mark.parametrize(
    "cursor", ["", ".", "e30.AAAA", "W10.", "x" * 1_000, "%C3%A9.%C3%A9", "a" * 999 + "."]
)
def test_a_cursor_that_was_not_given_is_refused(cursor: str, api: Any, published: Any) -> None:
    answer = api.get(f"/v1/customers?cursor={cursor}", headers=published.ours.headers)

    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/faulty-cursor"
