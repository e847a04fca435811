"""Syncing sources side by side: what one of them suffers, the others do not.

Each source is asked, read and landed in a thread of its own and within its time limit; what has landed is
settled in turn, for the warehouse has one writer.

An object whose keys or proof show that rows were missed is read again in full, in the same run, once; one
with a new column is read in full at once.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock

import duckdb

from pipelines.connectors.port import Connector, SourceObject, Undiscovered
from pipelines.errors import ConnectorError
from pipelines.sync import landing, tables, upsert
from pipelines.sync.contract import agree
from pipelines.sync.progress import RowsRead, tell_nobody
from pipelines.sync.reading import Progress, Reading, read_batches
from pipelines.sync.retrying import RetryBudget, asked
from pipelines.sync.settling import ObjectResult, settle, write_load
from pipelines.sync.sources import Source
from pipelines.sync.tables import Load
from pipelines.sync.time_limit import TimedConnector

SIDE_BY_SIDE = 8  # sources that are read at once; they mostly wait
Clock = Callable[[], datetime]
Opener = Callable[[Source], Connector]


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How to sync: everything again (`full`), and whom to tell how far it is; from several threads."""

    full: bool = False
    progress: RowsRead = tell_nobody


def utc_now() -> datetime:
    """Return the time as the warehouse keeps it: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def sync(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[Source], *, home: Path, open_connector: Opener,
    options: SyncOptions, now: Clock = utc_now,
) -> list[ObjectResult]:  # fmt: skip
    """Bring the raw layer up to date with every source, and say what happened to each object."""
    tables.prepare(connection)
    # Raw rows have no order; freed of keeping one, DuckDB packs what is new on all cores.
    connection.execute("set preserve_insertion_order = false")
    turn = Lock()
    timed = [TimedConnector(partial(open_connector, one), one.time_limit_seconds) for one in sources]
    with ThreadPoolExecutor(SIDE_BY_SIDE, "sync") as pool:
        runs = [
            pool.submit(SourceRun(connection, source, home, options, now, turn).results, connector)
            for source, connector in zip(sources, timed, strict=True)
        ]
        try:
            return [result for run in runs for result in run.result()]
        except BaseException:  # interrupted, or nothing can be stored: no source is worth waiting for
            for connector, run in zip(timed, runs, strict=True):
                run.cancel()
                connector.leave()
            raise


@dataclass(frozen=True, slots=True)
class SourceRun:
    """One source in one run: what its steps share. Who holds `turn` uses the connection."""

    connection: duckdb.DuckDBPyConnection
    source: Source
    home: Path
    options: SyncOptions
    now: Clock
    turn: Lock

    def results(self, timed: TimedConnector) -> list[ObjectResult]:
        """Sync the source; a fault that stops all of it is noted with each of its objects."""
        load = self._begin()
        budget = RetryBudget(seconds_left=timed.seconds_left, source=self.source.name)
        try:
            with closing(timed) as connector:
                objects = asked(lambda: _ready(connector), budget)
                return self._sync_objects(connector, objects, load=load, budget=budget)
        except ConnectorError as error:
            reason = f"{error.kind}: {error}"
        except OSError as error:
            reason = f"this machine: {error}"
        return self._failed(load, dict.fromkeys(self.source.object_names, reason))

    def _begin(self) -> Load:
        started = self.now()
        return Load(f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}", self.source.name, started)

    def _sync_objects(
        self,
        connector: Connector,
        discovered: Sequence[SourceObject | Undiscovered],
        *,
        load: Load,
        budget: RetryBudget,
    ) -> list[ObjectResult]:
        lost = {
            found.name: f"schema: {found.reason}" for found in discovered if isinstance(found, Undiscovered)
        }
        objects = [found for found in discovered if isinstance(found, SourceObject)]
        readings = self._plans(objects, full=self.options.full)
        results = self._load(connector, readings, load=load, budget=budget)
        missed = {result.object_name for result in results if result.missed}
        if missed and not self.options.full:
            again = self._plans([o for o in objects if o.name in missed], full=True)
            healed = self._load(connector, again, load=self._begin(), budget=budget)
            results = _merged(results, healed)
        return results + self._failed(load, lost)

    def _plans(self, objects: Iterable[SourceObject], *, full: bool) -> list[Reading]:
        with self.turn:
            return [self._plan(object_, full=full) for object_ in objects]

    def _plan(self, object_: SourceObject, *, full: bool) -> Reading:
        name = object_.name
        known = upsert.known_columns(self.connection, self.source.name, object_name=name)
        contract, events = agree(object_, known, let_go=self.source.let_go(name))
        if any(event.event == "added" for event in events):  # rows that did not change have values in it too
            tables.forget_cursor(self.connection, self.source.name, object_name=name)
        cursor = None if full else tables.read_cursor(self.connection, self.source.name, object_name=name)
        return Reading(contract, cursor, list(events))

    def _load(
        self, connector: Connector, readings: Sequence[Reading], *, load: Load, budget: RetryBudget
    ) -> list[ObjectResult]:
        batches = {
            reading.contract.object_.name: read_batches(
                connector, reading, budget=budget, progress=self._progress()
            )
            for reading in readings
        }
        landing.land(self.home, self.source.name, batches=batches)
        with self.turn, transaction(self.connection):
            results = [self._settle(load, reading) for reading in readings]
        landing.clear(self.home, self.source.name)
        return results

    def _settle(self, load: Load, reading: Reading) -> ObjectResult:
        name = reading.contract.object_.name
        landed = landing.landed_files(self.home, self.source.name, object_name=name)
        return settle(self.connection, load, reading=reading, landed=landed, now=self.now())

    def _progress(self) -> Progress:
        return partial(self.options.progress, self.source.name)

    def _failed(self, load: Load, reasons: Mapping[str, str]) -> list[ObjectResult]:
        ended = self.now()
        seconds = (ended - load.started_at).total_seconds()
        results = [
            ObjectResult(self.source.name, name, "failed", error=reason, seconds=seconds)
            for name, reason in reasons.items()
        ]
        with self.turn, transaction(self.connection):
            for result in results:
                write_load(self.connection, load, result=result, pages=0, now=ended)
        return results


def _ready(connector: Connector) -> tuple[SourceObject | Undiscovered, ...]:
    connector.check()
    return connector.discover()


def _merged(first: Iterable[ObjectResult], second: Iterable[ObjectResult]) -> list[ObjectResult]:
    healed = {result.object_name: result for result in second}
    return [
        result if (later := healed.get(result.object_name)) is None else later.after(result)
        for result in first
    ]


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit at the end of the block, or leave everything as it was."""
    connection.execute("begin")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
