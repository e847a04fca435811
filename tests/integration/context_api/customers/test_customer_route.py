"""GET /v1/customers/{golden_id}: one party, in every form in which it can be asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from context_api.audit.reading import read_receipts_of
from context_api.customers import customer_route
from context_api.customers.customer_route import etag, matches
from context_api.policy.classification import Classification
from context_api.store.engine import open_store, writing

FULL_PARTS = {"entity", "conflicts", "relationships", "history", "process", "records"}


def ask(api: Any, published: Any, asked: str, **headers: str) -> Any:
    return api.get(f"/v1/customers/{asked}", headers=published.ours.headers | headers)


def test_a_party_is_told_with_the_four_kinds_of_context_and_its_freshness(api: Any, published: Any) -> None:
    found = ask(api, published, published.ours.ids["person"])

    shown = found.json()
    assert found.status_code == 200
    assert shown.keys() >= FULL_PARTS | {"golden_id", "name", "entity_version", "version", "freshness"}
    assert shown["freshness"]["crm"]["proven_share"] == 1.0
    assert found.headers["Concord-Version"] == str(shown["version"])
    assert found.headers["Concord-Entity-Version"] == str(shown["entity_version"])


@pytest.mark.parametrize("kind", ["person", "organization", "alone", "into", "split"])
def test_the_stored_answer_is_the_one_that_is_rendered_from_the_facts(
    kind: str, api: Any, published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden_id = published.ours.ids[kind]
    forms = ("?detail=full", "?detail=summary&", "?include=entity&include=history&fields=email")

    plain = [ask(api, published, golden_id + form) for form in ("", "?detail=summary")]
    stored = [ask(api, published, golden_id + form) for form in forms]
    monkeypatch.setattr(customer_route, "_stored", lambda *_: None)
    rendered = [ask(api, published, golden_id + form) for form in forms]

    assert [one.json() for one in stored] == [one.json() for one in rendered]
    assert [one.headers["ETag"] for one in stored] == [one.headers["ETag"] for one in rendered]
    assert [one.json() for one in plain] == [one.json() for one in rendered[:2]]
    assert plain[1].headers["ETag"] == rendered[1].headers["ETag"]


def test_a_view_that_another_release_left_unmasked_is_not_served_but_rendered(
    api: Any, published: Any, new_key: Any
) -> None:
    golden_id = published.ours.ids["mailed"]
    forms = ("", "?detail=summary", "?detail=full&")
    asked = {"headers": {"X-API-Key": new_key(clearance=(Classification.PUBLIC, Classification.INTERNAL))}}
    before = [api.get(f"/v1/customers/{golden_id}{form}", **asked) for form in forms]
    store = open_store(published.url)
    with writing(store) as connection:
        connection.execute(text("update rendered_views set spans = :none, format = 0"), {"none": b""})
    store.dispose()

    after = [api.get(f"/v1/customers/{golden_id}{form}", **asked) for form in forms]
    told = [api.get(f"/v1/customers/{golden_id}", headers=published.ours.headers)]

    assert [one.json() for one in after] == [one.json() for one in before]
    assert [one.headers["ETag"] for one in after] == [one.headers["ETag"] for one in before]
    assert not any(published.ours.canary in one.text for one in after)
    assert published.ours.canary in told[0].text


def test_a_caller_who_has_the_answer_is_told_so(api: Any, published: Any) -> None:
    for asked in ("", "?detail=summary", "?include=history"):
        first = ask(api, published, published.ours.ids["person"] + asked)
        again = ask(
            api, published, published.ours.ids["person"] + asked, **{"If-None-Match": first.headers["ETag"]}
        )

        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]


def test_parts_and_fields_can_be_asked_for_alone(api: Any, published: Any) -> None:
    golden_id = published.ours.ids["person"]

    one_part = ask(api, published, f"{golden_id}?include=history").json()
    one_field = ask(api, published, f"{golden_id}?include=entity&fields=email").json()

    assert FULL_PARTS & one_part.keys() == {"history"}
    assert one_field["entity"].keys() == {"email"}


def test_a_time_before_anything_was_published_is_told_without_advice_for_operators(
    api: Any, published: Any
) -> None:
    found = ask(api, published, f"{published.ours.ids['person']}?as_of=1999-01-01")

    assert found.status_code == 404
    assert "ask for a later time" in found.json()["detail"]
    assert "concord run" not in found.json()["detail"]


def test_a_name_that_is_not_known_is_told_with_those_that_are(api: Any, published: Any) -> None:
    golden_id = published.ours.ids["person"]

    field = ask(api, published, f"{golden_id}?fields=email&fields=emial").json()
    parameter = ask(api, published, f"{golden_id}?detail=summary&as_off=2026-01-01").json()

    assert "email" in field["known_fields"]
    assert "'emial'" in field["detail"]
    assert parameter["known_parameters"] == ["as_of", "detail", "fields", "include", "live"]
    assert "'as_off'" in parameter["detail"]
    assert ask(api, published, f"{golden_id}?fields=identifier.tax&fields=email").status_code == 200


def test_an_earlier_moment_can_be_asked_for(api: Any, published: Any) -> None:
    gone = published.ours.ids["gone"]

    now = ask(api, published, gone)
    then = ask(api, published, f"{gone}?as_of=2026-01-01T12:00:00Z")

    assert now.status_code == 410
    assert then.json()["name"] == f"gone {published.ours.canary}"
    (newest, *_) = api.get("/v1/versions", headers=published.ours.headers).json()["versions"]
    assert then.json()["version"] < newest["version"]


def test_a_time_that_has_not_come_is_refused_and_one_that_a_clock_ahead_calls_now_is_not(
    api: Any, published: Any
) -> None:
    person, now = published.ours.ids["person"], datetime.now(tz=UTC)

    ahead = ask(api, published, f"{person}?as_of={now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}")
    about_now = ask(api, published, f"{person}?as_of={now + timedelta(seconds=20):%Y-%m-%dT%H:%M:%SZ}")

    assert (ahead.status_code, ahead.json()["type"]) == (422, "/problems/time-not-come")
    assert "leave `as_of` out" in ahead.json()["detail"]
    assert about_now.status_code == 200


@pytest.mark.parametrize("rest", ["", "?detail=summary", "/timeline?limit=3", "/relationships", "/records"])
def test_an_id_that_was_merged_leads_to_its_survivor(rest: str, api: Any, published: Any) -> None:
    ids = published.ours.ids

    found = ask(api, published, ids["merged"] + rest)

    assert found.status_code == 307
    assert found.json()["redirects_to"] == ids["into"]
    assert found.headers["Location"] == f"/v1/customers/{ids['into']}{rest}"
    assert api.get(found.headers["Location"], headers=published.ours.headers).status_code == 200


@pytest.mark.parametrize(
    ("asked", "status", "slug"),
    [
        pytest.param("g-00000000000000000000", 404, "unknown-party", id="never-was"),
        pytest.param("g-123", 400, "malformed-request", id="malformed"),
        pytest.param("crm:contact:1", 400, "malformed-request", id="a-record-id"),
        pytest.param("x" * 2000, 400, "malformed-request", id="too-long"),
        pytest.param("g-00000000000000000000?as_of=1999-01-01", 404, "unknown-party", id="before-time"),
        pytest.param("g-00000000000000000000?as_of=soon", 422, "invalid-parameters", id="no-time"),
        pytest.param("g-00000000000000000000?fields=emial", 400, "malformed-request", id="no-field"),
        pytest.param("g-00000000000000000000?detial=summary", 400, "malformed-request", id="no-parameter"),
        pytest.param("g-00000000000000000000?include=everything", 422, "invalid-parameters", id="no-part"),
    ],
)
def test_what_is_no_party_says_what_to_do(
    asked: str, status: int, slug: str, api: Any, published: Any
) -> None:
    found = ask(api, published, asked)

    assert (found.status_code, found.json()["type"]) == (status, f"/problems/{slug}")
    assert found.json()["detail"]


def test_a_split_id_that_none_of_its_parts_carries_answers_with_them(api: Any, published: Any) -> None:
    found = ask(api, published, published.ours.ids["scattered"])

    assert found.status_code == 300
    assert found.json()["parts"] == [published.ours.ids["strip"]]


def test_what_is_above_the_callers_clearance_is_masked(api: Any, published: Any, new_key: Any) -> None:
    golden_id = published.ours.ids["person"]
    key = new_key(clearance=(Classification.PUBLIC, Classification.INTERNAL))
    asked = {"Authorization": f"Bearer {key}"}

    answers = [
        api.get(f"/v1/customers/{golden_id}{rest}", headers=asked)
        for rest in (
            "",
            "?detail=summary",
            "?detail=full",
            "/timeline?bodies=true",
            "/relationships",
            "/records",
        )
    ]
    listing = api.get("/v1/customers", headers=asked)
    record = api.get("/v1/records/crm:contact:1", headers=asked)

    names = f"Ann {published.ours.canary}", f"ann@{published.ours.canary}"
    for answer in (*answers, listing, record):
        assert answer.status_code == 200
        assert not any(name in answer.text for name in names)
        assert "12000" not in answer.text
    assert answers[0].json()["name"] == {"masked": "pii"}


def test_the_mail_address_that_a_record_goes_by_is_masked_wherever_it_is_told(
    api: Any, published: Any, new_key: Any
) -> None:
    golden_id = published.ours.ids["mailed"]
    mail = f"cora@{published.ours.canary}.example"
    key = new_key(clearance=(Classification.PUBLIC, Classification.INTERNAL, Classification.FINANCIAL))
    asked = {"Authorization": f"Bearer {key}"}

    for rest in ("", "?fields=full_name&fields=email", "/timeline", "/records", "/history"):
        whole = ask(api, published, golden_id + rest)
        masked = api.get(f"/v1/customers/{golden_id}{rest}", headers=asked)
        assert (whole.status_code, masked.status_code) == (200, 200)
        assert f"email:subscriber:{mail}" in whole.text
        assert mail not in masked.text
    for anybody in (mail, "nobody@nowhere.example"):
        refused = api.get(f"/v1/records/email:subscriber:{anybody}", headers=asked)
        assert (refused.status_code, refused.json().get("clearance")) == (403, "pii")


def test_a_tag_is_of_one_clearance(api: Any, published: Any, new_key: Any) -> None:
    golden_id = published.ours.ids["person"]
    whole = ask(api, published, golden_id).headers["ETag"]
    key = new_key(clearance=(Classification.PUBLIC,))

    other = api.get(
        f"/v1/customers/{golden_id}", headers={"Authorization": f"Bearer {key}", "If-None-Match": whole}
    )

    assert other.status_code == 200


def test_a_read_leaves_a_receipt_of_what_it_told(api: Any, published: Any) -> None:
    golden_id = published.ours.ids["person"]

    ask(api, published, golden_id)
    ask(api, published, f"{golden_id}?include=history&fields=email")

    engine = open_store(published.settings().audit_address())
    receipts = read_receipts_of(engine, "default", golden_id)
    engine.dispose()
    assert {receipt.facts for receipt in receipts} == {("*",), ("fields.email", "history")}


@pytest.mark.parametrize(
    ("given", "is_match"),
    [
        pytest.param(None, False, id="nothing-given"),
        pytest.param('W/"a"', True, id="the-same"),
        pytest.param('"a"', True, id="strong"),
        pytest.param('"b", W/"a"', True, id="among-others"),
        pytest.param("*", True, id="any"),
        pytest.param('"b"', False, id="another"),
    ],
)
def test_tags_are_compared_weakly(given: str | None, is_match: bool) -> None:
    assert matches(given, 'W/"a"') is is_match


def test_a_tag_names_content_clearance_and_what_was_asked() -> None:
    tags = {
        etag("h", {Classification.PII}),
        etag("i", {Classification.PII}),
        etag("h", {Classification.FINANCIAL}),
        etag("h", {Classification.PII}, "summary"),
    }

    assert len(tags) == 4
