"""Group commit: one commit serves all that wait; nobody is told before it is done; nobody waits for ever."""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace

import pytest
import uvloop
from sqlalchemy import Engine, text

from context_api.audit.entries import Entry
from context_api.audit.reading import verify_chain
from context_api.audit.writer import AuditWriter
from context_api.errors import AuditUnavailable
from context_api.store.engine import reading, writing

ENTRY = Entry("ours", "tests", "k1", "/v1/versions", "versions", 200, "r", "c", "2026-01-01T00:00:00+00:00")


def count(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text("select count(*) from audit_entries")).scalar_one())


def test_an_entry_is_in_the_database_when_its_future_is_done(audit: Engine) -> None:
    async def record() -> list[int]:
        writer = AuditWriter(audit, wait_seconds=30)
        writer.start()
        seen = []
        for number in range(3):
            await writer.record(replace(ENTRY, request_id=str(number)))
            seen.append(count(audit))
        await writer.close()
        return seen

    assert asyncio.run(record()) == [1, 2, 3]


def test_those_who_wait_share_commits_and_one_chain(audit: Engine) -> None:
    async def record() -> AuditWriter:
        writer = AuditWriter(audit, wait_seconds=30)
        writer.start()
        await asyncio.gather(*(writer.record(replace(ENTRY, request_id=str(n))) for n in range(500)))
        await writer.close()
        return writer

    writer = asyncio.run(record())

    assert writer.committed == count(audit) == 500
    assert writer.commits < 100
    found = verify_chain(audit)
    assert (found.writers, found.entries, found.faults) == (1, 500, ())


def test_what_waits_at_the_end_is_written(audit: Engine) -> None:
    async def record() -> None:
        writer = AuditWriter(audit, wait_seconds=30)
        writer.start()
        waiting = [writer.record(ENTRY) for _ in range(50)]
        await writer.close()
        await asyncio.gather(*waiting)

    asyncio.run(record())

    assert count(audit) == 50


def test_several_writers_share_a_database(audit: Engine) -> None:
    async def record() -> None:
        writers = [AuditWriter(audit, wait_seconds=30) for _ in range(3)]
        for writer in writers:
            writer.start()
        for _ in range(20):
            await asyncio.gather(*(writer.record(ENTRY) for writer in writers for _ in range(5)))
        for writer in writers:
            await writer.close()

    asyncio.run(record())

    found = verify_chain(audit)
    assert (found.writers, found.entries, found.faults) == (3, 300, ())


def test_while_the_database_is_locked_reads_are_refused_in_time_and_the_chain_goes_on_after(
    audit: Engine,
) -> None:
    async def record() -> float:
        writer = AuditWriter(audit, wait_seconds=0.3)
        writer.start()
        await writer.record(ENTRY)
        with writing(audit) as connection:
            if audit.dialect.name == "postgresql":  # SQLite has one writer, and that is us
                connection.execute(text("lock table audit_entries in access exclusive mode"))
            begun = asyncio.get_running_loop().time()
            with pytest.raises(AuditUnavailable):
                await writer.record(ENTRY)
            took = asyncio.get_running_loop().time() - begun
        for _ in range(50):
            with suppress(AuditUnavailable):
                await writer.record(ENTRY)
                break
        await writer.close()
        return took

    assert asyncio.run(record()) < 5
    assert verify_chain(audit).faults == ()


def test_a_busy_loop_takes_no_entry_for_lost_that_was_committed_meanwhile(audit: Engine) -> None:
    async def record() -> None:
        writer = AuditWriter(audit, wait_seconds=0.1)
        writer.start()
        recorded = writer.record(ENTRY)
        until = time.monotonic() + 0.2
        while time.monotonic() < until or not writer.commits:  # the loop does nothing else
            time.sleep(0.01)
        await recorded
        await writer.close()

    uvloop.run(record())  # it runs timers before what other threads hand over


def test_an_entry_that_cannot_be_written_refuses_its_read_and_no_later_one(audit: Engine) -> None:
    async def record() -> None:
        writer = AuditWriter(audit, wait_seconds=30)
        writer.start()
        await writer.record(ENTRY)
        _rename(audit, "audit_entries", "elsewhere")
        with pytest.raises(AuditUnavailable):
            await writer.record(ENTRY)
        with pytest.raises(AuditUnavailable):
            await writer.probe()
        _rename(audit, "elsewhere", "audit_entries")
        await writer.probe()
        await writer.record(ENTRY)
        await writer.close()

    asyncio.run(record())

    found = verify_chain(audit)
    assert (found.entries, found.faults) == (2, ())


def test_more_than_may_wait_are_refused_at_once(audit: Engine) -> None:
    async def record() -> None:
        writer = AuditWriter(audit, wait_seconds=30, queue_limit=2)
        writer.start()
        first = [writer.record(ENTRY) for _ in range(2)]
        with pytest.raises(AuditUnavailable, match="2 reads wait"):
            writer.record(ENTRY)
        await asyncio.gather(*first)
        await writer.record(ENTRY)
        await writer.close()

    asyncio.run(record())

    assert count(audit) == 3


def _rename(engine: Engine, old: str, new: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(f"alter table {old} rename to {new}"))
