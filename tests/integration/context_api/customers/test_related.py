"""GET /v1/customers/{golden_id}/relationships."""

from typing import Any


def test_relationships_name_the_other_end_and_can_be_narrowed(api: Any, published: Any) -> None:
    at = f"/v1/customers/{published.ours.ids['person']}/relationships"

    every = api.get(at, headers=published.ours.headers).json()["relationships"]
    some = api.get(f"{at}?kind=works_for", headers=published.ours.headers).json()["relationships"]

    assert {edge["golden_id"] for edge in some} == {published.ours.ids["organization"]}
    assert {edge["direction"] for edge in some} == {"outgoing"}
    assert {edge["kind"] for edge in every} > {"works_for"}
    assert all(published.ours.canary in edge["name"] for edge in every)


def test_relationships_say_how_fresh_their_sources_are(api: Any, published: Any) -> None:
    at = f"/v1/customers/{published.ours.ids['person']}/relationships"

    found = api.get(at, headers=published.ours.headers).json()

    assert found["freshness"].keys() == {edge["source"] for edge in found["relationships"]}
    assert found["freshness"]["crm"]["proven_share"] == 1.0


def test_relationships_come_page_by_page(api: Any, published: Any) -> None:
    at = f"/v1/customers/{published.ours.ids['person']}/relationships"
    every = api.get(at, headers=published.ours.headers).json()["relationships"]

    first = api.get(f"{at}?limit=1", headers=published.ours.headers).json()
    second = api.get(f"{at}?limit=200&cursor={first['next_cursor']}", headers=published.ours.headers).json()

    assert first["relationships"] + second["relationships"] == every


def test_a_kind_that_there_is_not_is_refused_with_those_that_there_are(api: Any, published: Any) -> None:
    at = f"/v1/customers/{published.ours.ids['person']}/relationships?kind=worksfor"

    answer = api.get(at, headers=published.ours.headers)

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-parameters")
    assert "subsidiary_of" in answer.json()["detail"]
