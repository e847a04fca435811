"""GET /v1/search: who finds whom by what, what a caller without clearance learns, and the trail it leaves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest

from context_api.audit.reading import read_receipts_of
from context_api.policy.classification import Classification
from context_api.search import activities
from context_api.store.engine import open_store, writing

CLEARED_FOR_LITTLE = (Classification.PUBLIC, Classification.INTERNAL)


@dataclass
class FixedAnswers:
    """A port that answers every question alike."""

    status: str = "ok"
    advice: str | None = None
    hits: Sequence[tuple[str, float]] = ()
    asked: list[dict[str, Any]] = field(default_factory=list)

    def nearest(self, text: str, **stated: Any) -> Any:
        self.asked.append({"text": text, **stated})
        return self


@pytest.fixture
def search(published: Any, start_api: Callable[..., Any]) -> Callable[..., Any]:
    """Searches as our tenant and returns the answer's JSON."""
    started: dict[int, Any] = {}

    def ask(q: str, *, port: Any = None, key: str | None = None, **stated: Any) -> Any:
        if id(port) not in started:
            started[id(port)] = start_api(published.settings(), activities=port)
        headers = published.ours.headers if key is None else {"X-API-Key": key}
        answer = started[id(port)].get("/v1/search", params={"q": q, **stated}, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


def ids(answer: Any) -> list[str]:
    return [hit["golden_id"] for hit in answer["parties"]["hits"]]


def test_a_party_is_found_by_what_is_known_of_it(search: Any, published: Any) -> None:
    ours = published.ours
    asked = {
        "Ann Quetzal": ["full_name"],
        "quetzl ann": ["full_name"],
        "ann@QUETZAL.example": ["email"],
        "+41 31 555 01 00": ["phone"],
        ours.ids["person"]: ["golden_id"],
        "erp:customer:2": ["record_id"],
    }
    for q, matched in asked.items():
        answer = search(q, kind="party")
        first = answer["parties"]["hits"][0]

        assert (first["golden_id"], first["matched"]) == (ours.ids["person"], matched), q
        assert first["name"] == "Ann quetzal"
        assert answer["activities"] is None


def test_an_exact_name_comes_before_what_is_like_it(search: Any, published: Any) -> None:
    answer = search("alone quetzal")

    assert ids(answer)[0] == published.ours.ids["alone"]
    scores = [hit["score"] for hit in answer["parties"]["hits"]]
    assert scores[0] == 1.0
    assert scores == sorted(scores, reverse=True)


def test_old_ids_find_who_stands_for_them_today(search: Any, published: Any) -> None:
    known = published.ours.ids

    assert ids(search(known["merged"])) == [known["into"]]
    assert ids(search("merged quetzal"))[0] == known["into"]
    assert ids(search(known["gone"])) == []
    assert known["gone"] not in ids(search("gone quetzal", limit=50))


def test_filters_leave_out_the_others(search: Any, published: Any) -> None:
    known = published.ours.ids

    assert known["person"] not in ids(search("quetzal", type="organization"))
    assert known["organization"] in ids(search("quetzal", type="organization"))
    assert ids(search("ann quetzal", source="erp")) == [known["person"]]
    assert search("quetzal", kind="activity")["parties"] is None
    few = search("quetzal", limit=1)["parties"]
    assert (len(few["hits"]), few["has_more"]) == (1, True)


def test_who_is_not_cleared_for_personal_values_cannot_probe_them(
    search: Any, published: Any, new_key: Callable[..., str]
) -> None:
    """What is found, and how much of it, must not depend on what is masked."""
    key, port, ours = new_key(clearance=CLEARED_FOR_LITTLE), FixedAnswers(), published.ours
    for q in ("Ann Quetzal", "ann@quetzal.example", "41315550100", "crm:contact:1", "alone quetzal"):
        answer = search(q, port=port, key=key)
        assert {hit["type"] for hit in answer["parties"]["hits"]} <= {"organization"}, q
        assert answer["activities"]["status"] == "not_cleared"
    assert search("quetzal", key=key, type="person")["parties"] == {"hits": [], "has_more": False}
    assert port.asked == []

    (known,) = search(ours.ids["person"], key=key)["parties"]["hits"]
    assert known["name"] == {"masked": "pii"}
    assert ours.ids["organization"] in ids(search("quetzal ltd", key=key))


def test_activities_are_told_as_the_version_in_force_has_them(search: Any, published: Any) -> None:
    ours = published.ours
    port = FixedAnswers(hits=[("email:email:1", 0.9), ("erp:order:1", 0.8), ("erp:order:gone", 0.7)])
    answer = search("an order", port=port)
    found = answer["activities"]

    assert (found["status"], [hit["activity_id"] for hit in found["hits"]]) == (
        "ok",
        ["email:email:1", "erp:order:1"],
    )
    assert found["hits"][1]["golden_ids"] == sorted([ours.ids["person"], ours.ids["organization"]])
    assert found["hits"][1]["title"] == "order of quetzal"
    assert {"email", "erp"} <= answer["freshness"].keys()
    assert (port.asked[0]["tenant_id"], port.asked[0]["text"]) == ("default", "an order")


def test_activities_are_filtered_whatever_the_index_says(search: Any) -> None:
    port = FixedAnswers(hits=[("email:email:1", 0.9), ("erp:order:1", 0.8)])

    def found(**stated: Any) -> list[str]:
        answer = search("an order", port=port, kind="activity", **stated)
        return [hit["activity_id"] for hit in answer["activities"]["hits"]]

    assert found(activity_kind="order") == found(source="erp") == ["erp:order:1"]
    assert found(since="2026-01-01") == ["email:email:1"]
    assert found(until="2026-01-01") == ["erp:order:1"]


def test_erased_activities_are_not_told(search: Any, published: Any) -> None:
    engine = open_store(published.url)
    with writing(engine) as connection:
        connection.exec_driver_sql("update record_keys set salt = null where record_id = 'erp:order:1'")
    engine.dispose()
    port = FixedAnswers(hits=[("email:email:1", 0.9), ("erp:order:1", 0.8)])

    hits = search("an order", port=port)["activities"]["hits"]

    assert [hit["activity_id"] for hit in hits] == ["email:email:1"]


def test_erased_records_are_not_found(search: Any, published: Any) -> None:
    engine = open_store(published.url)
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "update record_keys set salt = null where record_id = 'crm:contact:alone-quetzal'"
        )
    engine.dispose()

    assert published.ours.ids["alone"] not in ids(search("alone quetzal"))


@pytest.mark.parametrize("status", ["warming", "missing", "damaged", "unreachable"])
def test_parties_are_told_where_activities_are_not(search: Any, published: Any, status: str) -> None:
    answer = search("ann quetzal", port=FixedAnswers(status, "wait"))

    assert answer["activities"] == {"status": status, "advice": "wait", "hits": []}
    assert ids(answer)[0] == published.ours.ids["person"]


def test_a_port_that_hangs_keeps_nobody_waiting(
    search: Any, published: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Event()

    class Hanging(FixedAnswers):
        def nearest(self, text: str, **stated: Any) -> Any:
            gate.wait(60)
            return super().nearest(text, **stated)

    monkeypatch.setattr(activities, "WAIT_SECONDS", 0.05)
    port = Hanging()
    try:
        for _ in range(activities.MOST_WAITING + 2):
            answer = search("ann quetzal", port=port)
            assert answer["activities"]["status"] == "slow"
            assert ids(answer)[0] == published.ours.ids["person"]
    finally:
        gate.set()


def test_each_party_that_is_told_leaves_a_receipt(search: Any, published: Any) -> None:
    ours = published.ours
    search("ann@quetzal.example", port=FixedAnswers(hits=[("erp:order:1", 0.8)]))
    engine = open_store(published.settings().audit_address())
    facts = {
        name: set(read_receipts_of(engine, ours.tenant_id, ours.ids[name])[0].facts)
        for name in ("person", "organization")
    }
    engine.dispose()

    assert facts == {"person": {"type", "name", "email", "activities"}, "organization": {"activities"}}


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "q=",
        "q=" + "a" * 201,
        "q=a&limit=51",
        "q=a&kind=both",
        "q=a&source=a%20b",
        "q=a&since=soon",
        "q=a&activity_kind=emial",
    ],
)
def test_a_malformed_question_is_refused(asked: str, api: Any, published: Any) -> None:
    answer = api.get(f"/v1/search?{asked}", headers=published.ours.headers)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("q", ["::::", "a:b:\u200bc", "' or 1=1", "😀", "%", "-", "a" * 200, "1 " * 100])
def test_whatever_is_asked_is_answered(q: str, search: Any) -> None:
    assert search(q)["parties"]["hits"] == []
