"""What an audit entry costs: group commit beside a plain insert and commit for each, in the same run.

    python -m benchmarks.audit_speed [--entries 20000] [--waiting 64]

Both write the same entries, hash-chained, one receipt each, into new SQLite files of the same folder. `wall`
is the time until the last entry is committed, `cpu` that of all threads; the promise is under 50 microseconds
of wall an entry where 64 requests wait at a time.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from context_api.audit.entries import Entry, Receipt, genesis
from context_api.audit.reading import verify_chain
from context_api.audit.tables import create_tables, open_audit
from context_api.audit.writer import AuditWriter
from context_api.audit.writing import Head, append

LIMIT_MICROSECONDS = 50
ENTRY = Entry(
    "default", "bench", "0123456789abcdef", "/v1/customers/{golden_id}", "full", 200, "r" * 24, "c" * 24,
    "2026-01-01T00:00:00.000000+00:00", 1_000_000, "support", "somebody@example.com",
)  # fmt: skip


def entries(count: int) -> list[Entry]:
    """Return entries as the hot route makes them: one receipt each, of many golden records."""
    return [
        replace(ENTRY, receipts=(Receipt(f"g-{number * 7919 % 450_000:020x}", 3, ("entity", "history")),))
        for number in range(count)
    ]


def one_by_one(engine: Engine, given: list[Entry]) -> None:
    """Write each entry in a transaction of its own."""
    head = Head(0, genesis("plain"))
    for entry in given:
        head = append(engine, "plain", head, [entry])


def by_group(engine: Engine, given: list[Entry], *, waiting: int) -> None:
    """Write as the API does: so many requests wait at a time, each for its own entry."""

    async def caller(writer: AuditWriter, own: list[Entry]) -> None:
        for entry in own:
            await writer.record(entry)

    async def record() -> None:
        writer = AuditWriter(engine, wait_seconds=60)
        writer.start()
        await asyncio.gather(*(caller(writer, given[number::waiting]) for number in range(waiting)))
        await writer.close()

    asyncio.run(record())


def measured(folder: Path, name: str, count: int, write: Callable[[Engine], None]) -> float:
    """Print and return the wall time of an entry in microseconds."""
    engine = open_audit(f"sqlite:///{folder / name}.db")
    create_tables(engine)
    before, begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    write(engine)
    wall = (time.perf_counter() - begun) / count * 1e6
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / count * 1e6
    found = verify_chain(engine)
    engine.dispose()
    if found.entries != count or found.faults:
        sys.exit(f"{name}: {found.entries} of {count} entries, faults {found.faults}")
    print(f"{name:12} {wall:8.1f} us wall  {cpu:8.1f} us cpu  an entry")  # noqa: T201
    return wall


def main() -> None:
    """Measure both ways and say how they compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--waiting", type=int, default=64)
    asked = parser.parse_args()
    given = entries(asked.entries)
    with tempfile.TemporaryDirectory() as folder:
        plain = measured(Path(folder), "one by one", len(given), lambda engine: one_by_one(engine, given))
        group = measured(
            Path(folder),
            "by group",
            len(given),
            lambda engine: by_group(engine, given, waiting=asked.waiting),
        )
    verdict = "within" if group < LIMIT_MICROSECONDS else "OVER"
    print(f"{plain / group:.1f} times less; {verdict} the limit of {LIMIT_MICROSECONDS} us")  # noqa: T201


if __name__ == "__main__":
    main()
