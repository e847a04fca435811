"""Live enrichment: asking a source itself, within a time budget and behind a circuit breaker.

The front door gives the sources (`LiveSource`); their credentials stay with it. Each question runs in a
thread of its own that nobody waits for beyond the budget, so a source that hangs costs a thread and no
answer. After `FAILURES` in a row a source rests for `REST_SECONDS`, and is then asked again.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import CLOSED, OpenedState

from context_api.errors import MalformedRequest

FAILURES = 5
REST_SECONDS = 30.0
MOST_THREADS = 8  # that one source may keep waiting


@dataclass(frozen=True, slots=True)
class LiveRecord:
    """What a source says of a record now, by the names of its own fields."""

    record_id: str
    values: Mapping[str, Any]
    read_at: datetime


class LiveSource(Protocol):
    """A source that can be asked for single records; reads only."""

    @property
    def source(self) -> str:
        """Its name, as record ids begin with it."""

    def fetch(self, record_ids: Sequence[str], budget_seconds: float) -> Sequence[LiveRecord]:
        """Return those of the records that it has. May block, and may raise anything."""


class LiveStatus(StrEnum):
    """How a live read went: from the source, from the store in its place, or there was nothing to ask."""

    FRESH = "fresh"
    STALE = "stale"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """What came of asking a source; `reason` says why it is not fresh, never in the source's words."""

    status: LiveStatus
    records: tuple[LiveRecord, ...] = ()
    reason: str | None = None


class LiveReads:
    """Asks sources for a tenant's records; `tenant_id` is whose sources they are."""

    def __init__(
        self,
        sources: Sequence[LiveSource],
        *,
        tenant_id: str,
        budget_seconds: float,
        failures: int = FAILURES,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        self.tenant_id = tenant_id
        self.budget_seconds = budget_seconds
        self._sources = {source.source: source for source in sources}
        self._breakers = AsyncCircuitBreakerFactory(default_threshold=failures, default_ttl=rest_seconds)
        self._waiting = dict.fromkeys(self._sources, 0)

    def require(self, tenant_id: str, names: Sequence[str]) -> None:
        """Refuse names of sources that cannot be asked for a tenant.

        Raises:
            MalformedRequest: With the names of those that can be.
        """
        known = sorted(self._sources) if tenant_id == self.tenant_id else []
        if set(names) - set(known):
            told = ", ".join(known) if known else "none"
            raise MalformedRequest(
                f"`live` names a source that cannot be asked; there are: {told}", known_sources=known
            )

    async def ask(self, asked: Mapping[str, Sequence[str]]) -> dict[str, LiveAnswer]:
        """Return what each source says of its records, all asked at once; never raises for a source."""
        answers = await asyncio.gather(*(self._ask(name, ids) for name, ids in asked.items()))
        return dict(zip(asked, answers, strict=True))

    async def resting(self) -> tuple[str, ...]:
        """Return the names of the sources that are not asked, or once on trial, after their failures."""
        states = {name: (await self._breakers.get_breaker(name)).context.state for name in self._sources}
        return tuple(sorted(name for name, state in states.items() if state != CLOSED))

    async def _ask(self, name: str, record_ids: Sequence[str]) -> LiveAnswer:
        if not record_ids:
            return LiveAnswer(LiveStatus.UNAVAILABLE, reason="the party has no records of this source")
        try:
            async with await self._breakers.get_breaker(name), asyncio.timeout(self.budget_seconds):
                found = await self._apart(name, record_ids)
        except OpenedState as resting:
            resting.__traceback__ = None  # one object is raised again and again
            reason = "it failed several times in a row and is left alone for a while"
        except TimeoutError:
            reason = f"no answer within {self.budget_seconds * 1000:.0f} ms"
        except Exception:  # noqa: BLE001 - whatever a source does, the answer is given; its words may name hosts
            reason = "it could not be read"
        else:
            return LiveAnswer(LiveStatus.FRESH, tuple(found))
        return LiveAnswer(LiveStatus.STALE, reason=f"{reason}; this is what was stored")

    async def _apart(self, name: str, record_ids: Sequence[str]) -> Sequence[LiveRecord]:
        if self._waiting[name] >= MOST_THREADS:
            raise TimeoutError
        source = self._sources[name]
        self._waiting[name] += 1
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Sequence[LiveRecord]] = loop.create_future()

        def tell(settle: Callable[[Any], None], outcome: object) -> None:
            self._waiting[name] -= 1
            if not done.done():
                settle(outcome)

        def work() -> None:
            try:
                told: tuple[Callable[[Any], None], object] = (
                    done.set_result,
                    source.fetch(record_ids, self.budget_seconds),
                )
            except Exception as error:  # noqa: BLE001 - handed to who asked
                told = (done.set_exception, error)
            with suppress(RuntimeError):  # the process stopped meanwhile
                loop.call_soon_threadsafe(tell, *told)

        threading.Thread(target=work, name=f"live {name}", daemon=True).start()
        return await done
