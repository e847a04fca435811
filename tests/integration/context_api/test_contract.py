"""The API as its document promises it, asked by schemathesis over HTTP: nothing undocumented, no 5xx.

Each operation is asked with what the document allows and with what it does not, and, where it takes an id,
also with ids of every kind that the published company has.
"""

import threading
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from context_api.app import create_app, openapi
from context_api.serving import prepare
from context_api.settings import read_settings

SCHEMA = schemathesis.openapi.from_dict(openapi(create_app(read_settings())))
ALWAYS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
AS_GENERATED = [*ALWAYS, unsupported_method]
RECORDS = (
    "crm:contact:1",
    "crm:company:9",
    "erp:customer:2",
    "crm:contact:gone-quetzal",
    "a/b c:d",
    "\u2028",
)
IN_THE_GATE, LONG = 25, 1_000
LENIENT = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Service:
    """The API on a port of its own in a thread, and what is asked of it."""

    def __init__(self, server: uvicorn.Server, tenant: Any, port: int) -> None:
        self.server = server
        self.address = f"http://127.0.0.1:{port}"
        self.headers = tenant.headers
        self.session = requests.Session()
        self.session.trust_env = False
        self.golden_ids = cycle(sorted(tenant.ids.values()))
        self.record_ids = cycle(RECORDS)

    def check(self, case: Any) -> None:
        """Ask as generated, then for something that is there."""
        self._ask(case, AS_GENERATED)
        known = {"golden_id": self.golden_ids, "record_id": self.record_ids}
        named = [name for name in known if name in (case.path_parameters or {})]
        if named:
            case.path_parameters |= {name: next(known[name]) for name in named}
            self._ask(case, ALWAYS)

    def wait_for_matching(self) -> None:
        """Wait until the match snapshot is open; until then a 503 is the documented answer."""
        asked = {"json": {"records": [{"email": "nobody@example.com"}]}, "headers": self.headers}
        while b"opening" in self.session.post(f"{self.address}/v1/match", timeout=60, **asked).content:
            time.sleep(0.1)

    def _ask(self, case: Any, checks: list[Any]) -> None:
        case.call_and_validate(
            self.address,
            self.session,
            self.headers,
            checks=checks,
            allow_redirects=False,
            timeout=60,
        )


@pytest.fixture(scope="module")
def service(
    published_sqlite: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    home, tenants = published_sqlite
    stated = {
        "home": home,
        "store_url": f"sqlite:///{home / 'store.db'}",
        "store_key": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
        "audit_url": f"sqlite:///{tmp_path_factory.mktemp('audit') / 'audit.db'}",
        "wait_seconds": 60,  # other processes may keep the machine busy
    }
    asked = read_settings(**stated)
    prepare(asked)
    config = uvicorn.Config(create_app(asked), host="127.0.0.1", port=0, log_level="critical", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="api")
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.05)
    service = Service(server, tenants["default"], server.servers[0].sockets[0].getsockname()[1])
    service.wait_for_matching()
    yield service
    server.should_exit = True
    thread.join()


@SCHEMA.parametrize()
@settings(LENIENT, max_examples=IN_THE_GATE)
def test_every_answer_is_documented(case: Any, service: Service) -> None:
    service.check(case)


@pytest.mark.long
@SCHEMA.parametrize()
@settings(LENIENT, max_examples=LONG)
def test_every_answer_to_many_more_questions_is_documented(case: Any, service: Service) -> None:
    service.check(case)
