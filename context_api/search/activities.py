"""Activities by what they mean: asked through a port that the front door fills, told as the store has them.

The index behind the port follows the store and knows no golden ids, so a hit is told only where it is an
activity of the version in force that was not erased; whose it is, the ledger says. What an activity says is
personal: who may not see it is not told by search either what it is near to.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TakesTooLong
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import BoundedSemaphore
from typing import Protocol

from context_api.store.reading import golden_ids_of
from context_api.store.reading_timeline import Happening, happenings_of
from context_api.store.views import Snapshot

WAIT_SECONDS = 0.7  # for the port; an answer takes a second at most, whatever it does
THREADS = 2
MOST_WAITING = 8  # searches that the port works on; past it nobody waits behind them
ASKED_FOR_EACH = 3  # hits asked of the port for each that is told: some are of a version gone by


class ActivityStatus(StrEnum):
    """Whether activities were searched; parties are, whatever this says."""

    OK = "ok"
    WARMING = "warming"  # the embedding model is being loaded; ask again in some seconds
    MISSING = "missing"  # nothing is indexed yet
    REBUILDING = "rebuilding"  # it is being indexed anew
    DAMAGED = "damaged"  # what was indexed cannot be read
    OUTDATED = "outdated"  # it was indexed with another embedding model
    UNREACHABLE = "unreachable"  # the server of the index does not answer
    UNUSABLE = "unusable"  # the embedding model cannot be used
    SLOW = "slow"  # no answer in time
    NOT_CLEARED = "not_cleared"  # the caller may not see what activities say
    NOT_SERVED = "not_served"  # this process was started without search by meaning


class Nearest(Protocol):
    """What the port says: an `ActivityStatus`, what to do about it, and activity ids with their cosine."""

    @property
    def status(self) -> str:
        """Whether it could be searched."""

    @property
    def advice(self) -> str | None:
        """What to do where it could not."""

    @property
    def hits(self) -> Sequence[tuple[str, float]]:
        """Activity ids, best first, each with the cosine of its angle to the question."""


class ActivitySearch(Protocol):
    """Search by meaning in what one tenant's activities say. Raises nothing: faults are a status."""

    def nearest(
        self,
        text: str,
        *,
        tenant_id: str,
        kinds: Sequence[str],
        sources: Sequence[str],
        since: datetime | None,
        until: datetime | None,
        limit: int,
    ) -> Nearest:
        """Return the activities nearest to a text; no sources or kinds are all of them."""


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Which activities are searched; `since` is included, `until` is not."""

    kinds: tuple[str, ...] = ()
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, happening: Happening) -> bool:
        """Say whether an activity is among them."""
        at = happening.occurred_at
        return (
            (not self.kinds or happening.kind in self.kinds)
            and self.source in (None, happening.source)
            and (self.since is None or (at is not None and at >= self.since))
            and (self.until is None or (at is not None and at < self.until))
        )


@dataclass(frozen=True, slots=True)
class ActivityHit:
    """An activity of the version in force, and the golden ids of those who took part."""

    happening: Happening
    golden_ids: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What is said in place of the port where it was not asked, or did not answer in time."""

    status: str
    advice: str | None = None
    hits: tuple[tuple[str, float], ...] = ()


SLOW = Unanswered(ActivityStatus.SLOW, "ask again; where it goes on, see whether the index's server is up")


class TimedSearch:
    """Asks the port in threads of its own, so that one that hangs keeps nobody waiting."""

    def __init__(self, port: ActivitySearch | None) -> None:
        self._port = port
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="activities")
        self._room = BoundedSemaphore(MOST_WAITING)

    def start(self, text: str, *, tenant_id: str, where: ActivityFilter, limit: int) -> "Future[Nearest]":
        """Ask for the activities nearest to a text."""
        future: Future[Nearest] = Future()
        if self._port is None or not self._room.acquire(blocking=False):
            not_served = Unanswered(ActivityStatus.NOT_SERVED, "`concord serve` searches activities")
            future.set_result(not_served if self._port is None else SLOW)
            return future
        future = self._threads.submit(
            self._port.nearest,
            text,
            tenant_id=tenant_id,
            kinds=where.kinds,
            sources=() if where.source is None else (where.source,),
            since=where.since,
            until=where.until,
            limit=limit * ASKED_FOR_EACH,
        )
        future.add_done_callback(lambda _: self._room.release())
        return future

    def wait(self, future: "Future[Nearest]") -> Nearest:
        """Return what the port says, or that it takes too long."""
        try:
            return future.result(WAIT_SECONDS)
        except TakesTooLong:
            future.cancel()  # where it has not begun
            return SLOW

    def close(self) -> None:
        """Let go of the threads; one that hangs ends with the process."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def told_activities(
    snapshot: Snapshot, nearest: Nearest, where: ActivityFilter, *, limit: int
) -> tuple[ActivityHit, ...]:
    """Return those hits that are activities of this version, best first."""
    scores = dict(nearest.hits)
    found = {
        happening.activity_id: happening
        for happening in happenings_of(snapshot, scores)
        if not happening.is_erased and where.holds(happening)
    }
    ranked = sorted(found.values(), key=lambda one: (-scores[one.activity_id], one.activity_id))[:limit]
    owners = golden_ids_of(snapshot, {record for one in ranked for record in one.record_ids})
    return tuple(
        ActivityHit(
            happening,
            tuple(sorted({owners[record] for record in happening.record_ids if record in owners})),
            round(scores[happening.activity_id], 4),
        )
        for happening in ranked
    )
