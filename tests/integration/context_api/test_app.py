"""The application as a whole: its document, and a guard over every route that anybody adds.

A new route under /v1 must need a scope, leave an audit entry, document its problems and have a line in
`CROSS_TENANT`, which says how another tenant's ids are asked for (S1, S2).
"""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.routing import iter_route_contexts

from context_api.app import create_app, openapi
from context_api.auth import Scope
from context_api.routing import SCOPE_KEY, VIEW_KEY, GuardedRoute
from context_api.settings import read_settings
from context_api.store.engine import open_store, reading
from context_api.store.reading import golden_record, resolve_id, version_at
from context_api.store.sealing import Sealer

DOCUMENT = Path(__file__).parents[3] / "docs" / "openapi.json"
OPEN = {"/healthz", "/readyz", "/metrics", "/openapi.json"}  # /metrics guards itself

KINDS_OF_ID = {
    **dict.fromkeys(
        ("person", "organization", "mailed", "alone", "into", "split", "torn", "strip"), "current"
    ),
    "merged": "redirected",
    "scattered": "split",
    "gone": "gone",
    "shred": "unknown",  # its record was there, and never carried an id of its own
    "unknown": "unknown",
}


def of_ids(*forms: str) -> tuple[tuple[str, str | None], ...]:
    """Return how a route is asked for an id of each kind."""
    return tuple((form.replace("{id}", f"{{{kind}}}"), None) for form in forms for kind in KINDS_OF_ID)


# How each route is asked for what belongs to the other tenant: a path and, for POST, a body, with `{canary}`
# and the ids by their names in `published_company`. A route that takes no id is asked as it is.
CROSS_TENANT: Mapping[tuple[str, str], tuple[tuple[str, str | None], ...]] = {
    ("GET", "/v1/versions"): (("/v1/versions?limit=1", None),),
    ("GET", "/v1/freshness"): (("/v1/freshness", None), ("/v1/freshness?source={canary}", None)),
    ("GET", "/v1/customers"): (
        ("/v1/customers", None),
        ("/v1/customers?sort=-records&source=crm", None),
    ),
    ("GET", "/v1/customers/{golden_id}"): of_ids(
        "/v1/customers/{id}", "/v1/customers/{id}?detail=summary&as_of=2026-01-01T12:00:00Z"
    ),
    ("GET", "/v1/customers/{golden_id}/timeline"): of_ids("/v1/customers/{id}/timeline?bodies=true"),
    ("GET", "/v1/customers/{golden_id}/relationships"): of_ids("/v1/customers/{id}/relationships"),
    ("GET", "/v1/customers/{golden_id}/records"): of_ids("/v1/customers/{id}/records"),
    ("GET", "/v1/customers/{golden_id}/history"): of_ids("/v1/customers/{id}/history"),
    ("POST", "/v1/match"): (
        ("/v1/match", '{"records": [{"full_name": "Ann {canary}", "emails": ["ann@{canary}.example"]}]}'),
        (
            "/v1/match",
            '{"records": [{"full_name": "alone {canary}"}, {"organization_names": ["{canary} Ltd"]}]}',
        ),
    ),
    ("GET", "/v1/search"): (
        ("/v1/search?q={canary}&limit=50", None),
        ("/v1/search?q=ann@{canary}.example", None),
        *of_ids("/v1/search?q={id}"),
        *((f"/v1/search?q=crm:contact:{kind}-{{canary}}", None) for kind in ("alone", "merged", "gone")),
    ),
    ("GET", "/v1/records/{record_id}"): (
        ("/v1/records/crm:contact:1", None),  # both tenants have one
        *((f"/v1/records/crm:contact:{kind}-{{canary}}", None) for kind in ("alone", "merged", "gone")),
    ),
}


def document() -> dict[str, Any]:
    return openapi(create_app(read_settings()))


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


GUARDED = [(m, p, o) for m, p, o in operations() if p not in OPEN]


def test_the_document_is_the_committed_one() -> None:
    """Made anew by `concord openapi > docs/openapi.json`."""
    assert orjson.loads(DOCUMENT.read_bytes()) == document()


def test_every_route_is_in_the_document_or_open() -> None:
    found = set()
    for context in iter_route_contexts(create_app(read_settings()).routes):
        found.add(str(context.path).replace(":path", ""))

    assert found == {path for _, path, _ in operations()} | OPEN


@pytest.mark.parametrize("operation", [o for *_, o in GUARDED], ids=[f"{m} {p}" for m, p, _ in GUARDED])
def test_every_route_declares_its_scope_view_and_problems(operation: dict[str, Any]) -> None:
    assert operation[SCOPE_KEY] in set(Scope)
    assert operation[VIEW_KEY]
    assert operation["security"] == [{"bearer": []}, {"header": []}]
    assert {"400", "401", "403", "422", "503"} <= set(operation["responses"])
    problems = [found for status, found in operation["responses"].items() if int(status) >= 400]
    assert all("application/problem+json" in found["content"] for found in problems)


def test_every_route_under_v1_is_guarded() -> None:
    """A guarded route leaves its audit entry before it answers; see test_routing."""
    contexts = iter_route_contexts(create_app(read_settings()).routes)
    unguarded = [
        str(context.path)
        for context in contexts
        if str(context.path) not in OPEN
        and not isinstance(getattr(context, "original_route", context), GuardedRoute)
    ]

    assert unguarded == []


def test_every_route_has_its_line_in_the_cross_tenant_table() -> None:
    assert {(method, path) for method, path, _ in GUARDED} == set(CROSS_TENANT)


def _filled(form: str, named: Mapping[str, str]) -> str:
    for name, value in named.items():
        form = form.replace(name, value)
    return form


@pytest.mark.parametrize("route", CROSS_TENANT, ids=" ".join)
def test_no_route_tells_one_tenant_of_another(
    route: tuple[str, str], api_on_sqlite: Any, published_on_sqlite: Any
) -> None:
    ours, theirs = published_on_sqlite.ours, published_on_sqlite.theirs
    named = {"{canary}": theirs.canary} | {f"{{{name}}}": value for name, value in theirs.ids.items()}
    for path, body in CROSS_TENANT[route]:
        asked, sent = _filled(path, named), body and _filled(body, named)
        headers = ours.headers | ({"Content-Type": "application/json"} if sent else {})

        answer = api_on_sqlite.request(route[0], asked, headers=headers, content=sent)
        while b'"opening"' in answer.content:  # the match snapshot, by the first who asks for it
            time.sleep(0.1)
            answer = api_on_sqlite.request(route[0], asked, headers=headers, content=sent)

        assert answer.status_code < 500, answer.text
        said_by_us = asked.rpartition("/")[2]  # an answer may repeat what it was asked
        assert theirs.canary not in answer.text.replace(said_by_us, "") + str(answer.headers)


def test_making_the_application_opens_nothing(tmp_path: Path) -> None:
    create_app(read_settings(home=tmp_path / "home"))

    assert list(tmp_path.iterdir()) == []


def test_the_published_company_has_an_id_of_every_kind(published_on_sqlite: Any) -> None:
    engine = open_store(published_on_sqlite.url)
    with reading(engine) as connection:
        for tenant in published_on_sqlite.tenants.values():
            snapshot = version_at(connection, Sealer(b"k" * 32, tenant.tenant_id))
            found = {name: resolve_id(snapshot, golden_id) for name, golden_id in tenant.ids.items()}
            shown = json.dumps(asdict(golden_record(snapshot, tenant.ids["person"])), default=str)
            assert tenant.canary in shown
            assert found["split"].parts == tuple(sorted((tenant.ids["split"], tenant.ids["torn"])))
            assert found["scattered"].parts == (tenant.ids["strip"],)
            assert {name: str(status.status) for name, status in found.items()} == KINDS_OF_ID
    engine.dispose()
