"""Opening a database for reading: read-only, and without a guess at encodings or times."""

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

BUSY_TIMEOUT_SECONDS = 5.0  # a writer holds a SQLite file for milliseconds; longer is a fault to report


def open_engine(url: str, folder: Path) -> sa.Engine:
    """Return an engine that reads; a relative SQLite path is meant from `folder`."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = sa.create_engine(parsed, pool_pre_ping=True)
        if (parsed.get_backend_name(), parsed.get_driver_name()) == ("postgresql", "psycopg"):
            sa.event.listen(engine, "connect", _prepare_postgresql)
        return engine
    path = (folder / (parsed.database or "")).resolve()
    return sa.create_engine(
        URL.create("sqlite"), creator=lambda: _open_sqlite(path), poolclass=sa.pool.NullPool
    )


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """Let a session read only, and give times as the server writes them, in UTC whatever its own zone.

    Python has no infinite, ancient or 24:00 times: one of them would end the whole read.
    """
    from psycopg.types.string import TextLoader

    for type_ in ("timestamptz", "timestamp", "date", "timetz", "time", "interval"):
        connection.adapters.register_loader(type_, TextLoader)
    connection.execute("set session characteristics as transaction read only")
    connection.execute("set time zone 'UTC'")
    connection.execute("set datestyle to 'ISO, YMD'")
    connection.commit()  # what a session is told in a transaction is forgotten when that is rolled back


def _open_sqlite(path: Path) -> sqlite3.Connection:
    # Read-only: a path that is not there is a fault, not a new and empty database.
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_SECONDS, check_same_thread=False
    )
    connection.text_factory = _decode
    return connection


def _decode(raw: bytes) -> str:
    # Bytes that are no UTF-8 would end the whole read; marked, they end in quarantine with their row.
    return raw.decode("utf-8", "surrogateescape")


def secrets_of(url: str) -> tuple[str, ...]:
    """Return what of a URL may never be shown."""
    password: Any = make_url(url).password
    return (str(password),) if password else ()
