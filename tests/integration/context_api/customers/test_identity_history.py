"""GET /v1/customers/{golden_id}/history: the ledger, also of ids that are no more."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("person", "current"),
        ("merged", "redirected"),
        ("split", "current"),
        ("scattered", "split"),
        ("gone", "gone"),
    ],
)
def test_every_id_that_ever_was_tells_its_history(kind: str, status: str, api: Any, published: Any) -> None:
    golden_id = published.ours.ids[kind]

    found = api.get(f"/v1/customers/{golden_id}/history", headers=published.ours.headers).json()

    assert found["status"] == status
    assert any(stay["golden_id"] == golden_id for stay in found["stays"])


def test_a_survivor_says_for_whom_it_stands_and_a_split_id_where_its_records_went(
    api: Any, published: Any
) -> None:
    ids = published.ours.ids

    into = api.get(f"/v1/customers/{ids['into']}/history", headers=published.ours.headers).json()
    split = api.get(f"/v1/customers/{ids['split']}/history", headers=published.ours.headers).json()

    assert into["stands_for"] == [ids["merged"]]
    assert set(split["parts"]) == {ids["split"], ids["torn"]}


def test_a_history_comes_page_by_page(api: Any, published: Any) -> None:
    at = f"/v1/customers/{published.ours.ids['into']}/history"
    every = api.get(at, headers=published.ours.headers).json()["stays"]

    first = api.get(f"{at}?limit=1", headers=published.ours.headers).json()
    rest = api.get(f"{at}?cursor={first['next_cursor']}", headers=published.ours.headers).json()

    assert first["stays"] + rest["stays"] == every


def test_an_id_that_never_was_has_none(api: Any, published: Any) -> None:
    answer = api.get("/v1/customers/g-00000000000000000000/history", headers=published.ours.headers)

    assert answer.status_code == 404
