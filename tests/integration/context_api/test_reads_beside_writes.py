"""Fifty clients read over HTTP while versions are published and a steward decides and undoes."""

import asyncio
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from threading import Event
from typing import Any

import httpx
from api_service import NO_CERTIFICATES, Server, served
from published_company import make_key
from sqlalchemy import Engine

from context_api.settings import as_environment, read_settings
from context_api.settling import Ruling, decide, undo
from context_api.store.decisions import Verdict
from context_api.store.sealing import Sealer
from resolution.domain.ids import seed_id

A, C, ORG = "crm:contact:1", "itsm:requester:3", "crm:company:9"
CLIENTS, TOWNS = 50, 3
PAUSE_SECONDS = 1.0  # leaves the writer, in the same process, its turn
KEY = urlsafe_b64encode(b"k" * 32).decode()  # of the fixture `sealer`
PATHS = tuple(
    f"/v1/customers/{seed_id(record)}{tail}"
    for record in (A, C, ORG)
    for tail in ("", "?detail=summary", "?include=relationships", "/records")
)


@dataclass(slots=True)
class Seen:
    """What a client met, in order: the towns and the version of each answer, and what was no answer."""

    towns: list[set[str]] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def take(self, path: str, answer: httpx.Response) -> None:
        """Note an answer; while two parties are merged, one of their ids redirects."""
        if answer.status_code == 307 and answer.json()["redirects_to"] in (seed_id(A), seed_id(C)):
            return
        if answer.status_code != 200:
            self.failed.append(f"{path}: {answer.status_code} {answer.text[:200]}")
            return
        self.towns.append(set(re.findall(r"Town \d", answer.text)))
        self.versions.append(answer.json()["version"])


def test_readers_meet_no_error_and_no_mixture_while_others_write(
    warehouse: Any, engine: Engine, sealer: Sealer, store_url: str, tmp_path: Path
) -> None:
    move_to(warehouse, "Town 0")
    warehouse.publish(engine, sealer)
    settings = read_settings(home=tmp_path, store_url=store_url, store_key=KEY, wait_seconds=30)
    headers = {"Authorization": f"Bearer {make_key(engine, 'default', now=warehouse.now)}"}

    with (
        served(tmp_path, workers=2, environment=as_environment(settings)) as server,
        reading_from(server, headers) as (seen, wait_for_answers),
    ):
        for number in range(1, TOWNS):
            wait_for_answers()
            move_to(warehouse, f"Town {number}")
            warehouse.publish(engine, sealer)
            wait_for_answers()
            same = decide(engine, sealer, Ruling(A, C, Verdict.MATCH, "ana", "I know"), now=warehouse.now)
            wait_for_answers()
            undo(engine, sealer, same.sequence, author="ana", reason="I was wrong", now=warehouse.now)
        wait_for_answers()

    assert [failure for one in seen for failure in one.failed] == []
    assert {len(towns) for one in seen for towns in one.towns} == {1}
    assert {town for one in seen for towns in one.towns for town in towns} == {
        f"Town {number}" for number in range(TOWNS)
    }
    assert all(one.versions == sorted(one.versions) for one in seen)


def move_to(warehouse: Any, town: str) -> None:
    """State four records (`SmallWarehouse.tell`) whose names and cities tell one town."""
    warehouse.tell()
    for record, claims in tuple(warehouse.records.items()):
        named = {name: f"{value} of {town}" for name, value in claims.items() if name.endswith("_name")}
        warehouse.record(record, warehouse.party_types[record], **{**claims, **named, "city": town})


@contextmanager
def reading_from(
    server: Server, headers: dict[str, str]
) -> Iterator[tuple[Sequence[Seen], Callable[[], None]]]:
    """Let the clients read while the block runs; yield what they see, and what waits for answers of each."""
    seen, is_over = tuple(Seen() for _ in range(CLIENTS)), Event()

    async def read(one: Seen, first: int, client: httpx.AsyncClient) -> None:
        for path in islice(cycle(PATHS), first, None):
            if is_over.is_set():
                return
            one.take(path, await client.get(f"{server.address}{path}", headers=headers))
            await asyncio.sleep(PAUSE_SECONDS)

    async def read_all() -> None:
        limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
        async with httpx.AsyncClient(
            trust_env=False, timeout=60, limits=limits, verify=NO_CERTIFICATES
        ) as client:
            await asyncio.gather(*(read(one, number, client) for number, one in enumerate(seen)))

    def wait_for_answers() -> None:
        before = [len(one.versions) for one in seen]
        while not reader.done() and any(
            len(one.versions) < count + 2 for one, count in zip(seen, before, strict=True)
        ):
            is_over.wait(0.02)

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(asyncio.run, read_all())
        try:
            yield seen, wait_for_answers
        finally:
            is_over.set()
            reader.result()
