"""Speed of the API beside a bare route over the same file, one worker each, in one run.

    python -m benchmarks.api_speed [--parties 450000] [--seconds 8] [--home DIR] [--json FILE]

A settled company is published into a SQLite store (`benchmarks/settled_company.py`), or a home folder that
was made so is used again. Then, over 64 keep-alive connections:

    floor       a FastAPI route that returns stored JSON bytes by primary key
    customer    GET /v1/customers/{golden_id} with key, masking, audit and freshness; must 0.5 of the floor
    half rate   the same at half of its own top rate: p95 must be under 20 ms
    timeline, search   one connection after the other: p95 under 30 ms, under 60 ms

Server and load each take a core; on a machine that does other work only the ratio says something.
"""

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.api_floor import TABLE, VARIABLE
from benchmarks.http_load import LoadResult, load
from benchmarks.isolated import run_python

PARTIES = 450_000
SECONDS = 8.0
WARM_SECONDS = 2.0
READY_WITHIN_SECONDS = 120
SAMPLED = 20_000  # parties asked for, over the whole file
MUST_SHARE, AIM_SHARE = 0.5, 0.8
MUST_P95_MS = {"customer at half rate": 20.0, "timeline": 30.0, "search": 60.0}
MUST_MB = 600.0
TENANT = "default"
SEARCHED = ("Denbaba Ltd", "max.muster@example.com", "Gorhnkel Falba", "4910000012", "Marno Torper")


@dataclass(frozen=True, slots=True)
class Measured:
    """One load: answers a second, and latency in milliseconds."""

    name: str
    rate: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    bytes_each: float
    failed: int


def measured(name: str, found: LoadResult) -> Measured:
    """Return the figures of a load."""
    answered = max(len(found.latencies), 1)
    return Measured(
        name,
        found.rate,
        found.percentile_ms(0.50),
        found.percentile_ms(0.95),
        found.percentile_ms(0.99),
        found.body_bytes / answered,
        sum(count for status, count in found.statuses.items() if status != 200),
    )


def make_company(home: Path, parties: int) -> None:
    """Publish a company of so many parties into a store at home, in a process of its own."""
    run_python("benchmarks.publish_sides", "company", home / "company.duckdb", str(parties))
    run_python("benchmarks.api_speed", "--publish", str(home))


def publish_company(home: Path) -> None:
    """Publish the settled company of a home folder into its store."""
    import duckdb

    from benchmarks.settled_company import MODEL
    from context_api.settings import open_home
    from pipelines.assets.home import MEMORY_LIMIT
    from pipelines.publish import publish

    engine, sealer = open_home(home, is_new=True)
    with duckdb.connect(str(home / "company.duckdb"), config={"memory_limit": MEMORY_LIMIT}) as connection:
        publish(connection, engine, sealer=sealer, model=MODEL, snapshots=home / "snapshots")
    engine.dispose()


def make_key(home: Path) -> str:
    """Return a key that may read everything."""
    from context_api.auth import GRANTABLE, Scope, new_key
    from context_api.settings import open_home
    from context_api.store.engine import writing
    from context_api.store.keys import add_key

    engine, _ = open_home(home)
    key, stored = new_key(
        TENANT, "benchmark", scopes=tuple(Scope), clearance=GRANTABLE, now=datetime.now(tz=UTC)
    )
    with writing(engine) as connection:
        add_key(connection, stored)
    engine.dispose()
    return key


def copy_floor(home: Path) -> list[str]:
    """Copy the plain views into a table for the floor; return some golden ids, seeded."""
    from context_api.settings import open_home

    engine, sealer = open_home(home)
    engine.dispose()
    with sqlite3.connect(home / "store.db") as connection:
        connection.execute(
            f"create table if not exists {TABLE} (golden_id text primary key, body blob) without rowid"
        )
        (known,) = connection.execute(f"select count(*) from {TABLE}").fetchone()
        if not known:
            rows = connection.execute(
                "select golden_id, sealed_body from rendered_views"
                " where view = 'full' and published_to is null"
            )
            connection.executemany(
                f"insert into {TABLE} values (?, ?)",
                ((id_, sealer.open_view(body, golden_id=id_)) for id_, body in rows),
            )
        ids = [row[0] for row in connection.execute(f"select golden_id from {TABLE} order by golden_id")]
    return random.Random(1).sample(ids, min(SAMPLED, len(ids)))  # noqa: S311 - nothing is secret here


@contextmanager
def served(command: Sequence[str], *, port: int, environment: Mapping[str, str], log: Path) -> Iterator[int]:
    """Run a server while the block runs; yield its process id once it answers."""
    with log.open("wb") as written:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", *command],
            stdout=written,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
        try:
            if not _answers_in_time(port, process):
                raise RuntimeError(log.read_text(encoding="utf-8"))
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def _answers_in_time(port: int, process: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return True
    return False


def resident_mb(pid: int) -> float:
    """Return the memory that a process holds, without what it maps of files (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if line.endswith("kB")}
    return int(found["RssAnon"]) / 1_024


def paths_of(ids: Sequence[str], form: str) -> Callable[[], Iterator[str]]:
    """Return what gives paths for ever, the same ones in each load."""

    def paths() -> Iterator[str]:
        while True:
            for golden_id in ids:
                yield form.format(golden_id)

    return paths


def warm(
    address: str,
    paths: Callable[[], Iterator[str]],
    *,
    count: int,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Ask until every path was asked for once: what is compared is serving, not the disk."""
    asked = 0
    going = paths()
    while asked < count:
        asked += len(load(address, lambda: going, seconds=WARM_SECONDS, headers=headers).latencies)


def measure(home: Path, *, seconds: float) -> tuple[list[Measured], float]:
    """Return the figures of each load, and the memory of the API's process in MB."""
    ids, key = copy_floor(home), make_key(home)
    headers = {"Authorization": f"Bearer {key}"}
    customer = paths_of(ids, "/v1/customers/{}")
    found: list[Measured] = []
    floor = ["uvicorn", "benchmarks.api_floor:create_floor", "--factory", "--port", "8431", "--no-access-log"]
    with served(floor, port=8431, environment={VARIABLE: str(home / "store.db")}, log=home / "floor.log"):
        address = "http://127.0.0.1:8431"
        warm(address, customer, count=len(ids))
        found.append(measured("floor", load(address, customer, seconds=seconds)))
    serve = ["concord", "serve", "--home", str(home), "--port", "8432"]
    with served(serve, port=8432, environment={}, log=home / "api.log") as pid:
        address = "http://127.0.0.1:8432"
        warm(address, customer, count=len(ids), headers=headers)
        found.append(measured("customer", load(address, customer, seconds=seconds, headers=headers)))
        half = found[-1].rate / 2
        found.append(
            measured(
                "customer at half rate", load(address, customer, seconds=seconds, headers=headers, rate=half)
            )
        )
        timeline = paths_of(ids, "/v1/customers/{}/timeline")
        search = paths_of([word.replace(" ", "%20") for word in SEARCHED], "/v1/search?kind=party&q={}")
        for name, paths in (("timeline", timeline), ("search", search)):
            load(address, paths, seconds=WARM_SECONDS, headers=headers, connections=1)
            found.append(
                measured(name, load(address, paths, seconds=seconds, headers=headers, connections=1))
            )
        memory_mb = resident_mb(pid)
    return found, memory_mb


def verdicts(found: Sequence[Measured], memory_mb: float) -> list[tuple[str, bool]]:
    """Return what was asked and measured, and whether it was reached."""
    by_name = {one.name: one for one in found}
    share = by_name["customer"].rate / max(by_name["floor"].rate, 1e-9)
    told = [
        (f"customer {share:.2f} of the floor (must {MUST_SHARE}, aim {AIM_SHARE})", share >= MUST_SHARE),
        (f"memory of the API {memory_mb:,.0f} MB (must {MUST_MB:,.0f})", memory_mb <= MUST_MB),
    ]
    for name, limit in MUST_P95_MS.items():
        p95 = by_name[name].p95_ms
        is_reached = p95 <= limit and not by_name[name].failed
        told.append((f"{name}: p95 {p95:.1f} ms (must {limit:.0f})", is_reached))
    return told


def table(found: Sequence[Measured]) -> Table:
    """Return the figures of each load."""
    shown = Table("load", box=None)
    for title in ("answers/s", "p50 ms", "p95 ms", "p99 ms", "bytes", "failed"):
        shown.add_column(title, justify="right")
    for one in found:
        shown.add_row(
            one.name,
            f"{one.rate:,.0f}",
            f"{one.p50_ms:.1f}",
            f"{one.p95_ms:.1f}",
            f"{one.p99_ms:.1f}",
            f"{one.bytes_each:,.0f}",
            str(one.failed),
        )
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; exit code 1 when something that must be reached is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.api_speed",
        description="Time the API beside a bare route over the same file.",
    )
    parser.add_argument("--parties", type=int, default=PARTIES)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of each load")
    parser.add_argument("--home", type=Path, help="keep the company here, or use the one that is here")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    parser.add_argument("--publish", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.publish is not None:
        publish_company(options.publish)
        return 0
    with tempfile.TemporaryDirectory(prefix="concord-api-speed-") as name:
        home = options.home or Path(name)
        if not (home / "store.db").exists():
            home.mkdir(parents=True, exist_ok=True)
            make_company(home, options.parties)
        found, memory_mb = measure(home, seconds=options.seconds)
    told = verdicts(found, memory_mb)
    console = Console()
    console.print(table(found))
    for words, is_reached in told:
        console.print(f"{'reached' if is_reached else 'missed'}: {words}", highlight=False)
    if options.json is not None:
        figures = {"loads": [asdict(one) for one in found], "memory_mb": memory_mb}
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 0 if all(is_reached for _, is_reached in told) else 1


if __name__ == "__main__":
    sys.exit(main())
