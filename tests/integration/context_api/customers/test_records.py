"""Who said what: the records of a party, and a record's golden records then and now."""

from typing import Any

import pytest


def test_the_records_of_a_party_say_what_they_state_and_why_they_are_one(api: Any, published: Any) -> None:
    golden_id = published.ours.ids["person"]

    found = api.get(f"/v1/customers/{golden_id}/records", headers=published.ours.headers).json()

    assert [record["record_id"] for record in found["records"]] == ["crm:contact:1", "erp:customer:2"]
    stated = {claim["attribute"]: claim["value"] for claim in found["records"][1]["states"]}
    assert stated["full_name"] == f"A. {published.ours.canary}"
    (link,) = found["links"]
    assert (link["match_weight"], link["method"], link["band"]) == (9.0, "probabilistic", "match")


def test_a_record_knows_its_golden_record_now_and_then(api: Any, published: Any) -> None:
    record_id = f"crm:contact:merged-{published.ours.canary}"

    found = api.get(f"/v1/records/{record_id}", headers=published.ours.headers).json()

    ids = published.ours.ids
    assert found["golden_id"] == ids["into"]
    assert [stay["golden_id"] for stay in found["stays"]] == [ids["merged"], ids["into"]]
    assert found["stays"][0]["recorded_to"] == found["stays"][1]["recorded_from"]


def test_a_record_that_its_source_deleted_belongs_to_nobody(api: Any, published: Any) -> None:
    found = api.get(
        f"/v1/records/crm:contact:gone-{published.ours.canary}", headers=published.ours.headers
    ).json()

    assert (found["golden_id"], found["record"]["is_deleted"]) == (None, True)


@pytest.mark.parametrize("asked", ["crm:contact:nobody", "nonsense", "a/b/c"])
def test_a_record_that_is_none_is_not_found(asked: str, api: Any, published: Any) -> None:
    answer = api.get(f"/v1/records/{asked}", headers=published.ours.headers)

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-record")
