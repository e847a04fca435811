"""GET /v1/customers: filters, orders, pages of one version."""

from typing import Any

import pytest

from context_api.store.engine import open_store
from context_api.store.sealing import Sealer


def pages(api: Any, published: Any, asked: str) -> list[list[dict[str, Any]]]:
    found, cursor = [], None
    while True:
        where = f"/v1/customers?{asked}" + ("" if cursor is None else f"&cursor={cursor}")
        answer = api.get(where, headers=published.ours.headers)
        found.append(answer.json()["customers"])
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("sort", ["golden_id", "-changed", "-records"])
def test_every_party_comes_once_whatever_the_order_and_page(sort: str, api: Any, published: Any) -> None:
    listed = [party["golden_id"] for page in pages(api, published, f"sort={sort}&limit=2") for party in page]

    assert len(listed) == len(set(listed)) == 9
    assert (listed == sorted(listed)) is (sort == "golden_id")


def test_parties_are_found_by_type_source_size_and_change(api: Any, published: Any) -> None:
    def ids(asked: str) -> set[str]:
        return {party["golden_id"] for page in pages(api, published, asked) for party in page}

    known = published.ours.ids
    first = api.get("/v1/versions", headers=published.ours.headers).json()["versions"][-1]["version"]
    assert known["organization"] in ids("type=organization")
    assert known["person"] not in ids("type=organization")
    assert ids("source=erp") >= {known["person"]}
    assert known["alone"] not in ids("source=erp")
    assert ids("least_records=2") >= {known["person"], known["into"]}
    assert known["alone"] not in ids("least_records=2")
    assert {known["into"], known["split"], known["torn"]} <= ids(f"changed_since={first}")
    assert known["person"] not in ids(f"changed_since={first}")


def test_pages_of_a_listing_tell_of_one_version(
    api_on_sqlite: Any, published_on_sqlite: Any, new_warehouse: Any
) -> None:
    first = api_on_sqlite.get("/v1/customers?limit=3", headers=published_on_sqlite.ours.headers).json()
    engine = open_store(published_on_sqlite.url)
    other = new_warehouse()
    other.now = other.now.replace(year=2027)
    other.record("crm:contact:1", full_name="All others are gone")
    other.publish(engine, Sealer(b"k" * 32, "default"))
    engine.dispose()

    cursor = first["next_cursor"]
    second = api_on_sqlite.get(
        f"/v1/customers?limit=3&cursor={cursor}", headers=published_on_sqlite.ours.headers
    ).json()

    assert second["version"] == first["version"]
    assert len(second["customers"]) == 3
