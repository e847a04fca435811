"""The log of the audit database is folded while entries are written, and no writer waits for it."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from context_api.audit.checkpointing import Checkpointer, fold
from context_api.audit.entries import Entry, genesis
from context_api.audit.reading import verify_chain
from context_api.audit.tables import create_tables, open_audit
from context_api.audit.writer import AuditWriter
from context_api.audit.writing import Head, append

ENTRY = Entry("ours", "tests", "k1", "/v1/versions", "versions", 200, "r", "c", "2026-01-01T00:00:00+00:00")


@pytest.fixture
def in_file(tmp_path: Path) -> Iterator[Engine]:
    """An audit database that has a log to fold: PostgreSQL folds its own."""
    engine = open_audit(f"sqlite:///{tmp_path / 'audit.db'}", busy_timeout_seconds=2)
    create_tables(engine)
    yield engine
    engine.dispose()


def entries_of_file_alone(path: Path, tmp_path: Path) -> int:
    """Return how many entries stand in the file, whatever its log holds."""
    alone = tmp_path / "alone.db"
    alone.write_bytes(path.read_bytes())
    connection = sqlite3.connect(alone)
    try:
        return int(connection.execute("select count(*) from audit_entries").fetchone()[0])
    finally:
        connection.close()


def test_what_was_written_is_folded_into_the_file(in_file: Engine, tmp_path: Path) -> None:
    append(in_file, "w", Head(0, genesis("w")), [ENTRY] * 20)

    pages, folded = fold(in_file)

    assert pages == folded > 0
    assert entries_of_file_alone(Path(str(in_file.url.database)), tmp_path) == 20


def test_a_writer_that_holds_the_database_is_not_waited_for_nor_made_to_wait(in_file: Engine) -> None:
    append(in_file, "w", Head(0, genesis("w")), [ENTRY] * 20)
    other = sqlite3.connect(str(in_file.url.database), isolation_level=None)
    try:
        other.execute("begin immediate")
        pages, folded = fold(in_file)
        other.execute("rollback")
    finally:
        other.close()

    assert pages == folded > 0


def test_entries_that_come_while_the_log_is_folded_again_and_again_are_whole(audit: Engine) -> None:
    async def record() -> None:
        writer = AuditWriter(audit, wait_seconds=30)
        writer.start()
        busy = Checkpointer(audit, seconds=0.001)
        busy.start()
        for number in range(200):
            await writer.record(replace(ENTRY, request_id=str(number)))
        await asyncio.to_thread(busy.close)
        await writer.close()

    asyncio.run(record())

    found = verify_chain(audit)
    assert (found.entries, found.faults) == (200, ())


def test_it_ends_at_once_and_is_closed_without_having_begun(audit: Engine) -> None:
    begun = Checkpointer(audit, seconds=3600)
    begun.start()
    before = time.monotonic()
    begun.close()
    Checkpointer(audit).close()

    assert time.monotonic() - before < 60


def test_a_database_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "audit.db").write_bytes(b"no database" * 1000)
    engine = open_audit(f"sqlite:///{tmp_path / 'audit.db'}")
    checkpointer = Checkpointer(engine, seconds=0.001)
    checkpointer.start()
    time.sleep(0.05)

    assert checkpointer._thread.is_alive()
    checkpointer.close()
    engine.dispose()
