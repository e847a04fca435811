"""Opening the store: SQLite in WAL mode or PostgreSQL, with one way to read and one to write.

A reading transaction sees one state from its first statement to its last. A writing transaction takes
the writer at once (SQLite) so that it never fails half-way for another's sake.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from context_api.errors import FaultyStoreSetting, StoreBusy, StoreUnavailable

STORE_FILE = "store.db"
BUSY_TIMEOUT_SECONDS = 10.0
WAL_SIZE_LIMIT_BYTES = 64 * 1024 * 1024  # past it a publish folds the log into the file between batches
CHECKPOINT_PAGES = 4_000  # 16 MB of log: a checkpoint waits for the disk, and pages written twice go once
CHECKPOINT_WAIT_MS = 250  # for readers that still need the log; writers wait meanwhile
MIGRATION_LOCK = 0x434F4E43  # one worker migrates, the others wait ("CONC")
CACHE_KIB = 32_768  # pages that one connection may hold; indexes of a large store need more than 2 MB
POOL_SIZE = 20  # connections that threads of one process may hold before they wait for each other


def store_url(home: Path, configured: str | None) -> str:
    """Return the store's address: what CONCORD_STORE_URL says, else a SQLite file in the home folder."""
    return configured or f"sqlite:///{home / STORE_FILE}"


def open_store(
    url: str,
    *,
    busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS,
    checkpoint_pages: int = CHECKPOINT_PAGES,
) -> Engine:
    """Return an engine for the store at an address; connects when it is first used.

    Raises:
        FaultyStoreSetting: The address is none, or of a database that we do not speak to.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise FaultyStoreSetting(
            "CONCORD_STORE_URL is no address; write sqlite:///file or postgresql://…"
        ) from error
    if address.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return create_engine(
            address.set(drivername="postgresql+psycopg"),
            pool_size=POOL_SIZE,
            pool_pre_ping=True,
            connect_args={"options": f"-c timezone=utc -c lock_timeout={int(busy_timeout_seconds * 1000)}"},
        )
    if address.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise FaultyStoreSetting(
            f"CONCORD_STORE_URL speaks of {address.drivername}; the store is SQLite (sqlite:///file) or"
            " PostgreSQL (postgresql://user@host/database)"
        )
    engine = create_engine(address, pool_size=POOL_SIZE, connect_args={"timeout": busy_timeout_seconds})
    event.listen(engine, "do_connect", _make_private)
    event.listen(engine, "connect", partial(_prepare_sqlite, checkpoint_pages=checkpoint_pages))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(_dialect: object, _record: object, arguments: Sequence[Any], _named: object) -> None:
    """Make a new file before SQLite does, for its owner alone; its log takes after it."""
    if str(arguments[0]).startswith((":", "file:")):  # in memory, or an address of SQLite's own
        return
    with suppress(OSError):  # it is there, or SQLite says better why it cannot be
        os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL, 0o600))


def _prepare_sqlite(connection: sqlite3.Connection, _record: object, *, checkpoint_pages: int) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, see `_begin_sqlite`
    for pragma in (
        f"cache_size = -{CACHE_KIB}",
        "journal_mode = wal",
        "synchronous = normal",
        f"journal_size_limit = {WAL_SIZE_LIMIT_BYTES}",
        f"wal_autocheckpoint = {checkpoint_pages}",
    ):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_writer = connection.get_execution_options().get("is_writer", False)
    connection.exec_driver_sql("begin immediate" if is_writer else "begin")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection whose statements all see the store as it is now."""
    options: dict[str, Any] = {} if is_sqlite(engine) else {"isolation_level": "REPEATABLE READ"}
    with told_plainly(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a writing transaction: committed at the end, undone on any error."""
    with told_plainly(), engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        yield connection


def trim_log(engine: Engine) -> None:
    """Start SQLite's log anew once it is long: readers who always overlap would let it grow for ever.

    A reader who stays longer than we wait keeps the log as it is; the next call tries again.
    """
    path = f"{engine.url.database}-wal"
    if not is_sqlite(engine) or not Path(path).exists() or Path(path).stat().st_size < WAL_SIZE_LIMIT_BYTES:
        return
    with told_plainly(), closing(engine.raw_connection()) as connection:
        (before,) = connection.execute("pragma busy_timeout").fetchone()
        connection.execute(f"pragma busy_timeout = {CHECKPOINT_WAIT_MS}")
        try:
            connection.execute("pragma wal_checkpoint(truncate)").fetchall()
        finally:
            connection.execute(f"pragma busy_timeout = {before}")


def is_sqlite(bind: Engine | Connection) -> bool:
    """Say whether the store is a SQLite file."""
    return bind.dialect.name == "sqlite"


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what the driver raises when the store cannot be used into an error of ours.

    Raises:
        StoreBusy: Another process kept it locked beyond the time we wait.
        StoreUnavailable: It cannot be opened, read or written.
    """
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig)
        if "locked" in reason or "lock timeout" in reason:
            raise StoreBusy(
                "the store is locked by another process that has been writing for long; wait for it to end"
                " and try again"
            ) from error
        raise StoreUnavailable(
            f"the store cannot be used ({reason.strip()}); free the disk, mend the address or start the"
            " server, then try again: the last version in force is untouched"
        ) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailable(f"the store went away ({error.orig}); try again") from error
        raise


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision; nothing happens when they are. Safe to call at once."""
    config = _migrations()
    if is_sqlite(engine) and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    with writing(engine) as connection:
        if not is_sqlite(engine):
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@cache  # reading the migrations takes a tenth of a second
def newest_revision() -> str | None:
    """Return the revision that this release brings the tables to."""
    return ScriptDirectory.from_config(_migrations()).get_current_head()


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("context_api.store") / "migrations"))
    return config
