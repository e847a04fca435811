"""POST /v1/match: the answer of the look-up, told by the ledger, for who may see how much of it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from context_api.audit.reading import read_receipts_of
from context_api.policy.classification import Classification
from context_api.search.given_records import MOST_COLUMNS, MOST_VALUES
from context_api.settling import Ruling, decide
from context_api.store.decisions import Verdict
from context_api.store.engine import open_store, reading, writing
from context_api.store.reading import golden_id_of, version_at
from context_api.store.sealing import Sealer
from resolution.lookup.given import GivenRecord
from resolution.lookup.looking_up import open_snapshot

SEALER = Sealer(b"k" * 32, "default")
OPENED_WITHIN = 60.0


@pytest.fixture
def person(matchable: Any) -> tuple[str, dict[str, Any]]:
    """A person's record that another is linked to, and what to ask so that both are found."""
    left = next(left for left, _ in matchable.pairs if {"full_name", "email"} <= matchable.said[left].keys())
    said = matchable.said[left]
    return left, {"full_name": said["full_name"], "emails": [said["email"]]}


@pytest.fixture
def ask(matchable: Any, start_api: Callable[..., Any]) -> Callable[..., Any]:
    api = start_api(matchable.settings())

    def match(*records: dict[str, Any], headers: dict[str, str] | None = None, **stated: Any) -> Any:
        """Ask, again while the snapshot is being opened."""
        until = time.monotonic() + OPENED_WITHIN
        while True:
            answer = api.post(
                "/v1/match", json={"records": list(records), **stated}, headers=headers or matchable.headers()
            )
            if answer.json().get("state") != "opening" or time.monotonic() > until:
                return answer
            time.sleep(0.1)

    return match


def owner(matchable: Any, record: str) -> str | None:
    engine = open_store(matchable.address)
    with reading(engine) as connection:
        found = golden_id_of(version_at(connection, SEALER), record)
    engine.dispose()
    return found


def test_the_answer_is_that_of_the_look_up(ask: Any, matchable: Any, person: Any) -> None:
    record, given = person
    (expected,) = open_snapshot(matchable.snapshot).find(
        [GivenRecord(full_name=given["full_name"], emails=given["emails"])]
    )
    answer = ask(given).json()
    (found,) = answer["records"]

    assert (answer["version"], answer["snapshot_version"]) == (matchable.version, matchable.version)
    assert found["verdict"] == "match"
    assert [one["golden_id"] for one in found["joins"]] == [owner(matchable, record)]
    shown = [(one["record_id"], one["evidence"]["match_weight"]) for one in found["candidates"]]
    assert shown == [(one.record_id, one.match_weight) for one in expected.candidates]
    best = found["candidates"][0]
    assert best["golden_id"] == owner(matchable, best["record_id"])
    told = best["evidence"]
    weights = sum(share["weight"] for share in told["comparisons"])
    assert told["prior"] + weights == pytest.approx(told["match_weight"], abs=1e-6)
    assert found["compared"] == expected.compared
    assert answer["freshness"].keys() <= {"crm", "erp"}


def test_several_records_are_answered_in_their_order(ask: Any, person: Any) -> None:
    _, given = person
    nobody = {"record_id": "form:1", "full_name": "Quirin Zzyzx", "emails": ["q@nowhere.example"]}
    first, second = ask(nobody, given).json()["records"]

    assert (first["record_id"], first["verdict"], first["joins"]) == ("form:1", "no_match", [])
    assert second["verdict"] == "match"


def test_who_is_not_cleared_is_told_whom_and_not_why(ask: Any, matchable: Any, person: Any) -> None:
    record, given = person
    headers = matchable.headers(clearance=(Classification.PUBLIC, Classification.INTERNAL))
    answer = ask(given, headers=headers)
    (found,) = answer.json()["records"]

    masked = {"masked": "pii"}
    assert [one["golden_id"] for one in found["joins"]] == [owner(matchable, record)]
    assert found["compared"] == masked
    for one in found["candidates"]:
        assert (one["name"], one["record_id"], one["evidence"]) == (masked, masked, masked)
        assert one["verdict"] in ("match", "review")
    assert matchable.said[record]["full_name"] not in answer.text


def test_a_decision_counts_and_its_golden_ids_are_told(ask: Any, matchable: Any, person: Any) -> None:
    record, given = person
    known = owner(matchable, record)
    other = next(
        r for r, said in matchable.said.items() if "full_name" in said and owner(matchable, r) != known
    )
    engine = open_store(matchable.address)
    decide(
        engine, SEALER, Ruling(record, other, Verdict.MATCH, "ana", ""), now=datetime(2026, 2, 1, tzinfo=UTC)
    )
    engine.dispose()

    answer = ask(given).json()
    (found,) = answer["records"]

    assert answer["version"] > answer["snapshot_version"] == matchable.version
    assert owner(matchable, record) == owner(matchable, other)
    assert [one["golden_id"] for one in found["joins"]] == [owner(matchable, record)]


def test_erased_records_are_no_candidates(ask: Any, matchable: Any, person: Any) -> None:
    record, given = person
    engine = open_store(matchable.address)
    with writing(engine) as connection:
        connection.exec_driver_sql("update record_keys set salt = null where record_id = ?", (record,))
    engine.dispose()

    (found,) = ask(given).json()["records"]

    assert record not in [one["record_id"] for one in found["candidates"]]


def test_each_party_that_is_told_leaves_a_receipt(ask: Any, matchable: Any, person: Any) -> None:
    record, given = person
    ask(given)
    engine = open_store(matchable.settings().audit_address())
    golden_id = owner(matchable, record)
    assert golden_id is not None
    receipts = read_receipts_of(engine, "default", golden_id)
    engine.dispose()

    assert set(receipts[0].facts) == {"type", "name", "match"}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([{}], "record 0"),
        ([{"full_name": "Ann Lee"}, {"gender": "f"}], "record 1"),
        ([{"record_id": "a", "full_name": "Ann"}, {"record_id": "a", "full_name": "Bo"}], "record_id"),
        ([{"full_name": "Ann Lee", "shoe_size": 9}], "body.records.0: there is no field 'shoe_size' here"),
        ([{"emails": ["a@b.example"] * 25}], "body.records.0.emails"),
        ([{"identifiers": [{"kind": "tax"}]}], "body.records.0.identifiers.0.value"),
        ([{"full_name": "Ann"}] * 101, "100"),
        ([], "body.records"),
    ],
)
def test_what_cannot_be_matched_is_refused_by_name(body: list[Any], named: str, ask: Any) -> None:
    answer = ask(*body)

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert named in answer.json()["detail"]


@pytest.mark.parametrize("state", ["missing", "damaged"])
def test_a_snapshot_that_cannot_be_used_is_said_so_within_a_second(
    state: str, matchable: Any, start_api: Callable[..., Any], person: Any
) -> None:
    if state == "missing":
        matchable.snapshot.unlink()
    else:
        held = bytearray(matchable.snapshot.read_bytes())
        held[len(held) // 2] ^= 255
        matchable.snapshot.write_bytes(held)
    api, headers = start_api(matchable.settings()), matchable.headers()
    until = time.monotonic() + OPENED_WITHIN
    while True:
        answer = api.post("/v1/match", json={"records": [person[1]]}, headers=headers)
        assert answer.status_code == 503
        if answer.json()["state"] == state or time.monotonic() > until:
            break

    assert answer.json()["type"] == "/problems/match-unavailable"
    assert answer.json()["state"] == state
    ready = api.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["checks"]["snapshot"]["status"] == "degraded"


def test_another_tenant_is_not_matched_with_this_home(api_on_sqlite: Any, published_on_sqlite: Any) -> None:
    asked = {"records": [{"full_name": "Ann quetzal"}]}
    answer = api_on_sqlite.post("/v1/match", json=asked, headers=published_on_sqlite.theirs.headers)

    assert (answer.status_code, answer.json()["state"]) == (503, "missing")


def test_a_record_with_as_much_of_everything_as_there_may_be_is_answered(
    api_on_sqlite: Any, published_on_sqlite: Any
) -> None:
    most = {
        name: [f"{name} {n}" for n in range(MOST_COLUMNS)]
        for name in ("other_names", "former_family_names", "organization_names", "birth_dates")
    }
    record = {
        "full_name": "Ann Lee",
        **most,
        "emails": ["a@b.example"] * MOST_VALUES,
        "phones": ["0041 31 555 01 00"] * MOST_VALUES,
        "addresses": [{"line": "Hill Rd 1, Leeds"}] * MOST_COLUMNS,
        "identifiers": [{"value": f"DE12345{n}", "kind": "tax"} for n in range(MOST_COLUMNS)],
    }
    ask = {"json": {"records": [record]}, "headers": published_on_sqlite.ours.headers}

    while (answer := api_on_sqlite.post("/v1/match", **ask)).status_code == 503:
        time.sleep(0.1)

    assert answer.status_code == 200, answer.text


def test_a_record_with_more_birth_dates_than_any_model_knows_is_answered(
    api_on_sqlite: Any, published_on_sqlite: Any
) -> None:
    many = {"full_name": "Ann Lee", "birth_dates": [f"19{year}-01-02" for year in range(50, 58)]}
    ask = {"json": {"records": [many]}, "headers": published_on_sqlite.ours.headers}

    while (answer := api_on_sqlite.post("/v1/match", **ask)).status_code == 503:
        time.sleep(0.1)

    assert answer.status_code == 200, answer.text
