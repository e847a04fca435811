"""Live reads: within their budget, behind a breaker, and never at the cost of the answer."""

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from context_api.auth import Scope
from context_api.live import LiveReads, LiveRecord, LiveStatus
from context_api.policy.classification import Classification
from pipelines.connectors.sql import SqlConnector, SqlSettings, SqlTable
from pipelines.live import SqlLiveSource

NOW = datetime(2026, 1, 9, tzinfo=UTC)
BUDGET_MS = 200
SOON = 60  # seconds until a test is given up; none of them waits so long


class Source:
    """A source whose next answers are told it: a record, an error, or none until `free` is set."""

    source = "crm"

    def __init__(self, *, fails: bool = False, hangs: bool = False) -> None:
        self.fails, self.hangs = fails, hangs
        self.free = threading.Event()
        self.asked = 0

    def fetch(self, record_ids: Sequence[str], budget_seconds: float) -> Sequence[LiveRecord]:
        self.asked += 1
        if self.hangs:
            self.free.wait(SOON)
        if self.fails:
            raise OSError("host db.internal refuses user reader")
        return [LiveRecord(record, {"name": "Ann Live", "updated_at": NOW}, NOW) for record in record_ids]


def crm_database(folder: Path) -> SqlLiveSource:
    with closing(sqlite3.connect(folder / "crm.db")) as connection:
        connection.execute("create table contacts (id integer primary key, name text, updated_at text)")
        connection.execute("insert into contacts values (1, 'Ann Moved', '2026-01-09'), (2, 'Else', '')")
        connection.commit()
    settings = SqlSettings("sqlite:///crm.db", (SqlTable("contacts", ("id",), "contacts"),))
    return SqlLiveSource("crm", SqlConnector(settings, folder, now=lambda: NOW), {"contact": "contacts"})


@pytest.fixture
def ask(published_on_sqlite: Any, start_api: Any) -> Any:
    """Asks for the person, live, through the API over some sources."""

    def make(*sources: Any) -> Any:
        api = start_api(published_on_sqlite.settings(live_budget_ms=BUDGET_MS), live=sources)
        path = f"/v1/customers/{published_on_sqlite.ours.ids['person']}"

        def get(query: str = "live=crm", headers: Any = None) -> Any:
            return api.get(f"{path}?{query}", headers=headers or published_on_sqlite.ours.headers)

        get.api = api  # type: ignore[attr-defined]
        return get

    return make


def test_a_source_that_answers_is_told_fresh_beside_what_is_stored(ask: Any, tmp_path: Path) -> None:
    answer = ask(crm_database(tmp_path))("live=crm&include=records")

    told = answer.json()["live"]["crm"]
    assert (answer.status_code, told["status"], told["reason"]) == (200, "fresh", None)
    assert [(r["record_id"], r["values"]) for r in told["records"]] == [
        ("crm:contact:1", {"id": 1, "name": "Ann Moved", "updated_at": "2026-01-09"})
    ]
    assert told["read_at"]
    assert "ETag" not in answer.headers


def test_a_source_that_hangs_is_not_waited_for(ask: Any) -> None:
    source = Source(hangs=True)

    answer = ask(source)()

    told = answer.json()["live"]["crm"]
    assert not source.free.is_set()  # it hangs still
    assert (answer.status_code, told["status"]) == (200, "stale")
    assert told["reason"].startswith(f"no answer within {BUDGET_MS} ms")
    assert told["records"][0]["record_id"] == "crm:contact:1"
    assert told["records"][0]["values"]["full_name"] == "Ann quetzal"
    source.free.set()


def test_a_database_that_is_locked_is_not_waited_for(ask: Any, tmp_path: Path) -> None:
    source = crm_database(tmp_path)
    with closing(sqlite3.connect(tmp_path / "crm.db", isolation_level=None)) as keeper:
        keeper.execute("begin exclusive")
        answer = ask(source)()

    assert answer.json()["live"]["crm"]["status"] == "stale"


def test_a_failing_source_rests_shows_in_readyz_and_repeats_none_of_its_words(ask: Any) -> None:
    source = Source(fails=True)
    get = ask(source)
    answers = [get().json()["live"]["crm"] for _ in range(7)]
    ready = get.api.get("/readyz").json()

    assert {answer["status"] for answer in answers} == {"stale"}
    assert source.asked == 5
    assert "left alone" in answers[-1]["reason"]
    assert ready["checks"]["live"]["status"] == "degraded"
    assert "crm" in ready["checks"]["live"]["advice"]
    assert "db.internal" not in str(answers)


def test_what_cannot_be_asked_is_refused_with_what_can(ask: Any, published_on_sqlite: Any) -> None:
    get = ask(Source())

    unknown = get("live=crm&live=sap")
    then = get("live=crm&as_of=2026-01-02T12:00:00Z")
    many = get("&".join(["live=crm"] * 6))
    theirs = get.api.get(
        f"/v1/customers/{published_on_sqlite.theirs.ids['person']}?live=crm",
        headers=published_on_sqlite.theirs.headers,
    )

    assert (unknown.status_code, unknown.json()["known_sources"]) == (400, ["crm"])
    assert (then.status_code, many.status_code) == (400, 422)
    assert (theirs.status_code, theirs.json()["known_sources"]) == (400, [])  # our sources are not theirs


def test_a_live_read_needs_its_scope_and_is_masked(ask: Any, published_on_sqlite: Any) -> None:
    from published_company import make_key

    from context_api.store.engine import open_store

    get = ask(Source())
    engine = open_store(published_on_sqlite.url)
    given: dict[str, Any] = {"now": datetime(2026, 1, 1, tzinfo=UTC), "clearance": (Classification.PUBLIC,)}
    no_scope = make_key(engine, "default", scopes=(Scope.CUSTOMERS_READ,), **given)
    masked = make_key(engine, "default", **given)
    engine.dispose()

    refused = get(headers={"Authorization": f"Bearer {no_scope}"})
    told = get(headers={"Authorization": f"Bearer {masked}"}).json()["live"]["crm"]["records"][0]["values"]

    assert (refused.status_code, refused.json()["scope"]) == (403, "records:read")
    assert told["name"] == {"masked": "pii"}
    assert told["updated_at"]


def test_a_source_that_rested_is_asked_again_and_recovers() -> None:
    asyncio.run(_fail_rest_and_recover())


async def _fail_rest_and_recover() -> None:
    source = Source(fails=True)
    reads = LiveReads([source], tenant_id="default", budget_seconds=SOON, failures=2, rest_seconds=0.05)
    asked = {"crm": ["crm:contact:1"]}

    failed = [(await reads.ask(asked))["crm"].status for _ in range(2)]
    resting = await reads.resting()
    source.fails = False
    await asyncio.sleep(0.1)
    answer = (await reads.ask(asked))["crm"]

    assert failed == [LiveStatus.STALE] * 2
    assert resting == ("crm",)
    assert answer.status is LiveStatus.FRESH
    assert await reads.resting() == ()
    assert (await reads.ask({"crm": []}))["crm"].status is LiveStatus.UNAVAILABLE
