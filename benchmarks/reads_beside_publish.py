"""How long answers take while a whole company is published anew, beside how long when it is quiet.

    python -m benchmarks.reads_beside_publish [--parties 20000] [--readers 2] [--quiet-seconds 10]

Every golden record changes its city, so all of them are written. Readers are processes of their own
(`benchmarks/store_readers.py`); an answer is four golden records of one version. Exit code 1 when an answer
mixed versions or failed, when the 99th percentile more than doubled, or when SQLite's log passed 256 MB.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Engine, text

from benchmarks.settled_company import MODEL, THREADS, make_company, move_company
from context_api.store.engine import migrate, open_store, reading
from context_api.store.sealing import Sealer
from pipelines.publish import publish
from pipelines.publish_ledger import ledger_from_store

KEY = b"k" * 32
SEALER = Sealer(KEY, "default")
MOST_TIMES, MOST_LOG_MB = 2.0, 256.0
ASKED_ABOUT = 500  # parties that readers choose from
LOOKED_AT_SECONDS = 0.05
PAUSE_SECONDS = "0.01"  # between two answers of one reader


@dataclass(frozen=True, slots=True)
class Reads:
    """What readers met: answers in each phase, their 99th percentiles in ms, and how many failed."""

    quiet: int
    beside: int
    quiet_p99_ms: float
    beside_p99_ms: float
    failed: int
    log_mb: float

    @property
    def is_reached(self) -> bool:
        """Return whether reading stayed right and quick, and the log short."""
        is_quick = self.beside_p99_ms <= MOST_TIMES * self.quiet_p99_ms
        return is_quick and not self.failed and self.log_mb <= MOST_LOG_MB


def percentile(seconds: Sequence[float]) -> float:
    """Return the 99th percentile in milliseconds, 0 of nothing."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000 if ordered else 0.0


def measure(url: str, folder: Path, *, parties: int, readers: int, quiet_seconds: float) -> Reads:
    """Publish a company, let it be read, publish it anew while it is read."""
    company, engine = folder / "company.duckdb", open_store(url)
    migrate(engine)
    make_company(company, parties)
    move_company(company, "Old Town")
    publish_anew(company, engine, folder)
    with reading(engine) as connection:
        few = text("select golden_id from golden_records where tenant_id = 'default' limit :few")
        asked: list[str] = list(connection.execute(few, {"few": ASKED_ABOUT}).scalars())
    (folder / "parties.json").write_text(json.dumps(asked), "utf-8")
    (folder / "key").write_bytes(KEY)
    move_company(company, "New Town")
    command = [
        sys.executable,
        "-m",
        "benchmarks.store_readers",
        url,
        str(folder),
        str(readers),
        PAUSE_SECONDS,
    ]
    with subprocess.Popen(command, cwd=Path(__file__).parents[1]) as process:  # noqa: S603 - our own module
        while not (folder / "started").exists() and process.poll() is None:
            time.sleep(LOOKED_AT_SECONDS)
        time.sleep(quiet_seconds)
        began = time.monotonic()
        log_mb = publish_anew(company, engine, folder)
        ended = time.monotonic()
        (folder / "stop").touch()
    engine.dispose()
    return _told(folder, began=began, ended=ended, log_mb=log_mb)


def publish_anew(company: Path, engine: Engine, folder: Path, *, sealer: Sealer = SEALER) -> float:
    """Publish what the warehouse holds; return the greatest size of SQLite's log meanwhile, in MB."""
    log, is_over, sizes = Path(f"{engine.url.database}-wal"), threading.Event(), [0]

    def look() -> None:
        while not is_over.wait(LOOKED_AT_SECONDS):
            if log.exists():
                sizes.append(log.stat().st_size)

    watch = threading.Thread(target=look)
    watch.start()
    try:
        with duckdb.connect(str(company), config={"threads": THREADS}) as connection:
            connection.execute("set TimeZone = 'UTC'; create temp table kept as from resolution.membership")
            connection.execute("create temp table kept_ledger as from resolution.ledger")
            base = ledger_from_store(connection, engine, "default")
            connection.execute("create or replace table resolution.membership as from kept")
            if not base.version:
                connection.execute("create or replace table resolution.ledger as from kept_ledger")
            publish(connection, engine, sealer=sealer, model=MODEL, snapshots=folder / "snapshots")
    finally:
        is_over.set()
        watch.join()
    return max(sizes) / 1e6


def _told(folder: Path, *, began: float, ended: float, log_mb: float) -> Reads:
    seen: list[dict[str, Any]] = [
        json.loads(path.read_text("utf-8")) for path in folder.glob("reader-*.json")
    ]
    answers = [(at, seconds) for one in seen for at, seconds in one["answers"]]
    quiet = [seconds for at, seconds in answers if at < began]
    beside = [seconds for at, seconds in answers if began <= at < ended]
    failed = sum(len(one["errors"]) + len(one["mixed"]) for one in seen)
    return Reads(len(quiet), len(beside), percentile(quiet), percentile(beside), failed, log_mb)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reads_beside_publish", description="Time answers beside a publish."
    )
    parser.add_argument("--parties", type=int, default=20_000)
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--quiet-seconds", type=float, default=10.0)
    parser.add_argument("--store", help="address of an empty store (default: a SQLite file of its own)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="concord-reads-") as name:
        reads = measure(
            options.store or f"sqlite:///{Path(name) / 'store.db'}", Path(name),
            parties=options.parties, readers=options.readers, quiet_seconds=options.quiet_seconds,
        )  # fmt: skip
    sys.stdout.write(
        f"quiet: {reads.quiet:,} answers, p99 {reads.quiet_p99_ms:.1f} ms\n"
        f"beside the publish: {reads.beside:,} answers, p99 {reads.beside_p99_ms:.1f} ms"
        f" (must: {MOST_TIMES:g} times at most)\n"
        f"failed or mixed: {reads.failed} (must: 0)\n"
        f"longest log: {reads.log_mb:.0f} MB (must: {MOST_LOG_MB:g} at most)\n"
        f"{'reached' if reads.is_reached else 'missed'}\n"
    )
    return 0 if reads.is_reached else 1


if __name__ == "__main__":
    sys.exit(main())
