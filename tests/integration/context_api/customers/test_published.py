"""GET /v1/versions and GET /v1/freshness."""

from typing import Any

import pytest


def test_versions_are_listed_newest_first_page_by_page(api: Any, published: Any) -> None:
    pages, cursor = [], None
    for _ in range(3):
        asked = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        answer = api.get("/v1/versions", params=asked, headers=published.ours.headers)
        pages.append(answer.json()["versions"])
        cursor = answer.json()["next_cursor"]

    ((newest,), (_,), (oldest,)) = pages
    assert cursor is None
    assert (newest["status"], oldest["status"]) == ("visible", "superseded")
    assert newest["version"] > oldest["version"]
    assert newest["visible_at"] > oldest["visible_at"]
    assert answer.headers["Concord-Version"] == str(newest["version"])


def test_freshness_names_every_source_or_those_asked_for(api: Any, published: Any) -> None:
    every = api.get("/v1/freshness", headers=published.ours.headers).json()
    some = api.get("/v1/freshness?source=crm&source=erp", headers=published.ours.headers).json()

    assert [found["source"] for found in every["sources"]] == ["crm", "email", "erp", "itsm"]
    assert [found["source"] for found in some["sources"]] == ["crm", "erp"]
    assert every["sources"][0]["proven_share"] == 1.0


def test_a_cursor_of_another_tenant_is_refused(api: Any, published: Any) -> None:
    given = api.get("/v1/versions?limit=1", headers=published.theirs.headers).json()["next_cursor"]

    answer = api.get("/v1/versions", params={"cursor": given}, headers=published.ours.headers)

    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/faulty-cursor"


@pytest.mark.parametrize("limit", ["0", "201", "many"])
def test_a_page_that_is_too_large_is_refused_with_the_limit(limit: str, api: Any, published: Any) -> None:
    answer = api.get(f"/v1/versions?limit={limit}", headers=published.ours.headers)

    assert answer.status_code == 422
    assert "query.limit" in answer.json()["detail"]
