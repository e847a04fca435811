"""The API of the demo company: `concord serve`, and a key of its own that is good on this machine only."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from context_api.auth import GRANTABLE, Scope, new_key
from context_api.errors import NothingPublished
from context_api.rendering.facts import PartyFacts
from context_api.rendering.loading import facts_of
from context_api.rendering.process import newest_first, open_work
from context_api.settings import DEFAULT_TENANT, open_home
from context_api.store.engine import reading, writing
from context_api.store.keys import add_key, find_key
from context_api.store.listing import Filters, Order, listed
from context_api.store.reading import version_at
from demo.errors import NotServing
from pipelines.stepping_aside import Start

HOST = "127.0.0.1"
KEY_FILE = "demo.key"
LOG_FILE = "api.log"
ACCOUNT = "demo"
READY_WITHIN_SECONDS = 60  # three on an idle machine
STOP_WITHIN_SECONDS = 20
SHOWN_SOURCES = frozenset({"crm", "erp", "itsm"})
CANDIDATES = 200  # the parties of most records


@dataclass(frozen=True, slots=True)
class DemoApi:
    """Where the API answers, and the key that it takes."""

    address: str
    key: str
    process: "subprocess.Popen[bytes]"
    customer: str | None = None

    def what_to_try(self) -> list[str]:
        """Return lines that tell a newcomer how to ask it."""
        asked = f"customers/{self.customer}?detail=summary" if self.customer else "versions"
        return [
            f"Customer 360 API: {self.address}, with a key that is good on this machine only; try",
            f"  curl -H 'Authorization: Bearer {self.key}' '{self.address}/v1/{asked}'",
        ]


def demo_key(home: Path) -> str:
    """Return the key of the demo; made the first time, and again once the store refuses it."""
    engine, _ = open_home(home)
    file = home / KEY_FILE
    try:
        if file.exists():
            shown = file.read_text("ascii").strip()
            with reading(engine) as connection:
                found = find_key(connection, shown.split("_")[1])
            if found is not None and found.is_valid(datetime.now(UTC)):
                return shown
            file.unlink()
        shown, kept = new_key(
            DEFAULT_TENANT,
            ACCOUNT,
            scopes=Scope,
            clearance=GRANTABLE,
            now=datetime.now(UTC),
            is_loopback_only=True,
        )
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as written:
            written.write(shown + "\n")
        with writing(engine) as connection:
            add_key(connection, kept)
        return shown
    finally:
        engine.dispose()


def telling_customer(home: Path) -> str | None:
    """Return the golden id of a party that shows most: known to every system, a conflict, an open ticket.

    None while nothing is published.
    """
    engine, sealer = open_home(home)
    try:
        with reading(engine) as connection:
            snapshot = version_at(connection, sealer)
            found = listed(snapshot, Filters(), order=Order.RECORDS, limit=CANDIDATES, after=None)
            candidates = facts_of(snapshot, [party.golden_id for party in found])
            best = max(candidates, key=_tells, default=None)
            return None if best is None else best.golden_id
    except NothingPublished:
        return None
    finally:
        engine.dispose()


def _tells(facts: PartyFacts) -> tuple[int, int, str]:
    """Return how much a party shows, of what a newcomer should see; of equals the one of fewest records."""
    work = open_work(newest_first(facts.activities))
    known_to = {source for _, source in facts.records} & SHOWN_SOURCES
    shown = (bool(facts.conflicts), bool(work.tickets), bool(work.invoices), bool(facts.edges))
    return len(known_to) + sum(shown), -len(facts.records), facts.golden_id


@contextmanager
def demo_api(home: Path, *, port: int, start: Start = subprocess.Popen) -> Iterator[DemoApi]:
    """Run the API of a home folder on a port, in a process that `start` starts, while the block runs.

    Raises:
        NotServing: it does not answer in time, or ended.
    """
    key = demo_key(home)
    command = [
        sys.executable,
        "-m",
        "concord",
        "serve",
        "--home",
        str(home),
        "--host",
        HOST,
        "--port",
        str(port),
    ]
    log = home / LOG_FILE
    with log.open("wb") as written:
        process = start(command, stdout=written, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            address = f"http://{HOST}:{port}"
            if not _is_alive(address, process):
                raise NotServing(log, "the API")
            yield DemoApi(address, key, process, telling_customer(home))
        finally:
            _stop(process)


def _is_alive(address: str, process: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + READY_WITHIN_SECONDS
    asking = build_opener(ProxyHandler({}))  # a proxy of the environment does not know this machine's ports
    while time.monotonic() < until and process.poll() is None:
        try:
            with asking.open(f"{address}/healthz", timeout=5):
                return True
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
