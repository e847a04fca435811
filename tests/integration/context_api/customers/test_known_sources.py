"""A source that there is not is told as such, where it is known which there are."""

from typing import Any

import pytest

from context_api.store.engine import open_store, writing


@pytest.mark.parametrize(
    "asked", ["/v1/customers?source=", "/v1/freshness?source=crm&source=", "/v1/search?q=ann&source="]
)
def test_an_unknown_source_is_refused_with_those_that_there_are(asked: str, api: Any, published: Any) -> None:
    answer = api.get(f"{asked}crn", headers=published.ours.headers)

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (400, "/problems/malformed-request")
    assert problem["known_sources"] == ["crm", "email", "erp", "itsm"]
    assert "there are: crm, email" in problem["detail"]


def test_where_nothing_says_which_sources_there_are_any_may_be_asked_for(
    api_on_sqlite: Any, published_on_sqlite: Any
) -> None:
    store = open_store(published_on_sqlite.url)
    with writing(store) as connection:
        connection.exec_driver_sql("delete from freshness")
    store.dispose()

    answer = api_on_sqlite.get("/v1/customers?source=crn", headers=published_on_sqlite.ours.headers)

    assert (answer.status_code, answer.json()["customers"]) == (200, [])
