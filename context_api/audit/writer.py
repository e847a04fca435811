"""Group commit: every read waits for its entry, and one commit serves all that wait.

A thread of its own takes whatever has gathered, commits it and wakes those who wait. So the more there is to
do, the less each entry costs; and an answer that was given is in the database, also after `kill -9`.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from typing import TypeAlias

from sqlalchemy import Engine

from context_api.audit.checkpointing import Checkpointer
from context_api.audit.entries import Entry, genesis
from context_api.audit.writing import Head, append, head_of, new_writer
from context_api.errors import AuditUnavailable, ContextError

MOST_AT_ONCE = 1_000  # entries of one commit
CROWD = 3  # entries of one commit that say that many ask at a time
# After such a commit: fewer and larger ones leave more of the process to those who ask.
GATHER_SECONDS = 0.005
WAIT_SECONDS = 0.8
QUEUE_LIMIT = 10_000

Waiting: TypeAlias = "tuple[Entry | None, asyncio.Future[None]]"


class AuditWriter:
    """Appends entries to one chain of the audit database; for use from one event loop.

    `start` and `close` frame its life. `close` writes what still waits.
    """

    def __init__(
        self, engine: Engine, *, wait_seconds: float = WAIT_SECONDS, queue_limit: int = QUEUE_LIMIT
    ) -> None:
        self.engine = engine
        self.writer = new_writer()
        self.wait_seconds = wait_seconds
        self.queue_limit = queue_limit
        self.committed = 0
        self.commits = 0
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()
        self._waiting: deque[tuple[float, asyncio.Future[None]]] = deque()  # since when, the longest first
        self._last_commit = 0.0
        self._watch: asyncio.TimerHandle | None = None
        self._head: Head | None = Head(0, genesis(self.writer))
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self._checkpointer = Checkpointer(engine)

    @property
    def head(self) -> Head | None:
        """The end of the chain as it was committed last, None while that is not known."""
        return self._head

    def start(self) -> None:
        """Begin to write; called in the event loop that will record."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        self._checkpointer.start()

    def record(self, entry: Entry) -> asyncio.Future[None]:
        """Return a future that is done once the entry is committed, to be awaited before the answer is sent.

        Raises:
            AuditUnavailable: Too many wait already. Also set on the future, when the database takes no entry.
        """
        return self._enqueue(entry)

    def probe(self) -> asyncio.Future[None]:
        """Return a future that is done once the database was seen to take a transaction."""
        return self._enqueue(None)

    async def close(self) -> None:
        """Write what waits and end the thread."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        await asyncio.to_thread(self._checkpointer.close)
        if self._watch is not None:
            self._watch.cancel()

    def _enqueue(self, entry: Entry | None) -> asyncio.Future[None]:
        if len(self._waiting) >= self.queue_limit:
            raise AuditUnavailable(f"{self.queue_limit} reads wait for their audit entry already")
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append((self._loop.time(), future))
        if self._watch is None:
            self._watch = self._loop.call_later(self.wait_seconds, self._time_is_up)
        self._queue.put((entry, future))
        return future

    def _give_up(self) -> None:
        """Let those wait no longer who saw nothing committed for too long; one timer serves all.

        While entries are committed the database works, and a queue behind a busy machine is not its fault.
        """
        now = self._loop.time()
        while self._waiting and (self._limit() <= now or self._waiting[0][1].done()):
            _, future = self._waiting.popleft()
            if not future.done():
                future.set_exception(AuditUnavailable(f"nothing was committed for {self.wait_seconds} s"))
        self._watch = self._loop.call_at(self._limit(), self._time_is_up) if self._waiting else None

    def _time_is_up(self) -> None:
        """Look after what other threads handed over, such as commits: uvloop runs timers before it."""
        self._loop.call_soon(self._give_up)

    def _limit(self) -> float:
        """Return until when the one who has waited longest still waits."""
        return max(self._waiting[0][0], self._last_commit) + self.wait_seconds

    def _settle(self, futures: Sequence[asyncio.Future[None]], error: Exception | None) -> None:
        if error is None:
            self._last_commit = self._loop.time()
        for future in futures:
            if future.done():  # gave up, or its client went away
                continue
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(AuditUnavailable(str(error)))
        while self._waiting and self._waiting[0][1].done():
            self._waiting.popleft()

    def _run(self) -> None:
        is_open = True
        while is_open:
            gathered, is_open = self._gather()
            if not gathered:
                continue
            wanted = [entry for entry, future in gathered if entry is not None and not future.done()]
            error = self._commit(wanted)
            futures = [future for _, future in gathered]
            _call_soon(self._loop, partial(self._settle, futures, error))
            if len(gathered) >= CROWD and is_open:
                time.sleep(GATHER_SECONDS)

    def _gather(self) -> tuple[list[Waiting], bool]:
        """Return what waits, once something does, and whether there will be more."""
        taken = self._queue.get()
        gathered: list[Waiting] = []
        while taken is not None:
            gathered.append(taken)
            if len(gathered) >= MOST_AT_ONCE:
                return gathered, True
            try:
                taken = self._queue.get_nowait()
            except Empty:
                return gathered, True
        return gathered, False

    def _commit(self, batch: Sequence[Entry]) -> Exception | None:
        """Commit a batch; after an error the chain goes on from where the database has it."""
        try:
            if self._head is None or not batch:
                self._head = head_of(self.engine, self.writer)
            if batch:
                self._head = append(self.engine, self.writer, self._head, batch)
        except ContextError as error:
            self._head = None
            return error
        except Exception as error:  # noqa: BLE001 - a thread that ended would leave every reader waiting
            self._head = None
            return error
        self.committed += len(batch)
        self.commits += 1
        return None


def _call_soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    """Run a call in the loop; a loop that is closed has nobody left who waits."""
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        if not loop.is_closed():
            raise
