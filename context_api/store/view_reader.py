"""Reading one rendered view as fast as the store allows.

On SQLite each thread has a read-only connection and prepared statement of its own, and the read is done
where it is asked for: it takes some twenty microseconds, less than handing it to a thread. PostgreSQL is
asked in a thread.
"""

import asyncio
import sqlite3
import threading

from sqlalchemy import Engine

from context_api.errors import StoreBusy, StoreUnavailable
from context_api.store.engine import is_sqlite, reading
from context_api.store.rendered_views import CURRENT_VIEW, StoredView, current_view, opened
from context_api.store.sealing import Sealer

MAPPED_BYTES = 2**31  # of the file, shared with the system's page cache: no memory of this process
PAGES_KIB = 65_536


class ViewReader:
    """Reads views of the version in force."""

    def __init__(self, engine: Engine, *, wait_seconds: float) -> None:
        self._engine = engine
        self._wait_seconds = wait_seconds
        self._path = engine.url.database if is_sqlite(engine) else None
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    async def read(self, sealer: Sealer, golden_id: str, *, view: str) -> StoredView | None:
        """Return a view of the version in force, None when it is not stored as it would be rendered today.

        Raises:
            StoreBusy: The store stayed locked.
            StoreUnavailable: It cannot be read.
        """
        if self._path is None:
            return await asyncio.to_thread(self._read_by_engine, sealer, golden_id, view)
        try:
            found = self._connection().execute(CURRENT_VIEW, (sealer.tenant_id, golden_id, view)).fetchone()
        except sqlite3.Error as error:
            self._forget()
            if "locked" in str(error):
                raise StoreBusy("the store stayed locked; try again") from error
            raise StoreUnavailable(f"the store cannot be read ({error}); see /readyz") from error
        return None if found is None else opened(sealer, golden_id, found)

    def close(self) -> None:
        """Close what was opened."""
        for connection in self._opened:
            connection.close()
        self._opened.clear()

    def _read_by_engine(self, sealer: Sealer, golden_id: str, view: str) -> StoredView | None:
        with reading(self._engine) as connection:
            return current_view(connection, sealer, golden_id, view=view)

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(
                f"file:{self._path}?mode=ro",
                uri=True,
                timeout=self._wait_seconds,
                isolation_level=None,
                check_same_thread=False,  # closed by another thread at the end, never used by one
            )
            found.execute(f"pragma mmap_size = {MAPPED_BYTES}")
            found.execute(f"pragma cache_size = -{PAGES_KIB}")
            self._local.connection = found
            self._opened.append(found)
        return found

    def _forget(self) -> None:
        """Drop this thread's connection: the next read opens the file anew."""
        self._local.connection = None
