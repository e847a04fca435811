"""Every read leaves its trail before it is answered; without the trail there is no answer."""

from typing import Any

import pytest
from fastapi import APIRouter
from sqlalchemy import text

from context_api.audit.reading import read_receipts_of, verify_chain
from context_api.auth import Scope
from context_api.errors import UnknownParty
from context_api.routing import CallDep, GuardedRoute, reads, slice_router
from context_api.store.engine import open_store, reading

FORGETFUL = slice_router("tests")


@FORGETFUL.get(
    "/forgetful/{golden_id}", **reads(Scope.RECORDS_READ, view="forgetful", problems=[UnknownParty])
)
def get_forgetful(golden_id: str, call: CallDep) -> dict[str, str]:
    """Tell of one golden record and forget another; a defect where asked."""
    with call.snapshot():
        call.saw(golden_id, 3, ["email", "phone"])
    if golden_id == "nobody":
        raise UnknownParty("nobody goes by nobody")
    if golden_id == "defect":
        raise ValueError("ann@example.com")
    return {"golden_id": golden_id}


@pytest.fixture
def api(published: Any, start_api: Any) -> Any:
    api = start_api(published.settings())
    api.app.include_router(FORGETFUL)
    return api


def entries(published: Any) -> list[dict[str, Any]]:
    engine = open_store(published.settings().audit_address())
    with reading(engine) as connection:
        rows = connection.execute(text("select * from audit_entries order by sequence")).mappings().all()
    engine.dispose()
    return [dict(row) for row in rows]


def test_a_read_leaves_who_what_for_whom_and_which_version(api: Any, published: Any) -> None:
    headers = {
        "X-Request-Id": "r-1",
        "X-Correlation-Id": "c-1",
        "Concord-Purpose": "support",
        "Concord-On-Behalf-Of": "zoe@example.com",
    }

    answer = api.get("/v1/forgetful/g-1", headers=published.ours.headers | headers)

    (entry,) = entries(published)
    assert answer.status_code == 200
    assert answer.headers["X-Correlation-Id"] == "c-1"
    assert {name: entry[name] for name in entry if name not in ("writer", "at", "hash", "key_id")} == {
        "sequence": 1,
        "tenant_id": "default",
        "caller": "tests",
        "route": "/v1/forgetful/{golden_id}",
        "view": "forgetful",
        "status": 200,
        "request_id": "r-1",
        "correlation_id": "c-1",
        "version": int(answer.headers["Concord-Version"]),
        "purpose": "support",
        "on_behalf_of": "zoe@example.com",
    }
    engine = open_store(published.settings().audit_address())
    (receipt,) = read_receipts_of(engine, "default", "g-1")
    assert (receipt.entity_version, receipt.facts) == (3, ("email", "phone"))
    assert verify_chain(engine).faults == ()
    engine.dispose()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v1/forgetful/nobody", 404), ("/v1/forgetful/defect", 500), ("/v1/versions?limit=0", 422)],
)
def test_an_error_leaves_an_entry_without_receipts(path: str, status: int, api: Any, published: Any) -> None:
    answer = api.get(path, headers=published.ours.headers)

    (entry,) = entries(published)
    assert answer.status_code == entry["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "ann@example.com" not in answer.text
    engine = open_store(published.settings().audit_address())
    assert read_receipts_of(engine, "default", "nobody") == ()
    engine.dispose()


def test_a_call_that_lacks_the_scope_leaves_an_entry_and_one_without_a_key_none(
    api: Any, published: Any
) -> None:
    from published_company import NOW, make_key

    engine = open_store(published.url)
    key = make_key(engine, "default", now=NOW, scopes=[])
    engine.dispose()

    refused = api.get("/v1/versions", headers={"Authorization": f"Bearer {key}"})
    unknown = api.get("/v1/versions")

    assert (refused.status_code, unknown.status_code) == (403, 401)
    assert [entry["status"] for entry in entries(published)] == [403]


def test_without_its_trail_nothing_is_answered(api: Any, published: Any) -> None:
    engine = open_store(published.settings().audit_address())
    with engine.begin() as connection:
        connection.execute(text("alter table audit_entries rename to gone"))

    answer = api.get("/v1/versions", headers=published.ours.headers)

    with engine.begin() as connection:
        connection.execute(text("alter table gone rename to audit_entries"))
    engine.dispose()
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/audit-unavailable"
    assert "versions" not in answer.json()


def test_a_route_that_declares_nothing_cannot_be_made() -> None:
    router = APIRouter(route_class=GuardedRoute)

    with pytest.raises(KeyError):
        router.get("/open")(lambda: None)
