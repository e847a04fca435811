"""The log of the audit database folded into its file by a thread of its own, so that no answer waits for it.

SQLite otherwise does that within the commit that finds the log long, and makes sure twice that the disk has
it: beside a publish, which keeps the disk busy, every answer then waits for tens of milliseconds. A passive
checkpoint stops no writer. What it cannot do beside writers who never pause is to begin the log anew; the
commit that finds the log past `LOG_PAGES` does, with little left to fold (https://sqlite.org/wal.html,
"Avoiding Excessively Large WAL Files").
"""

import logging
import sqlite3
import threading
from contextlib import closing

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from context_api.store.engine import is_sqlite

SECONDS = 1.0
_LOG = logging.getLogger(__name__)


class Checkpointer:
    """Folds the log from `start` to `close`; does nothing for a database that is no SQLite file."""

    def __init__(self, engine: Engine, *, seconds: float = SECONDS) -> None:
        self._engine = engine
        self._seconds = seconds
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-checkpoint", daemon=True)

    def start(self) -> None:
        """Begin."""
        if is_sqlite(self._engine):
            self._thread.start()

    def close(self) -> None:
        """End, after the checkpoint that is under way."""
        self._is_closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._is_closing.wait(self._seconds):
            try:
                fold(self._engine)
            except (sqlite3.Error, SQLAlchemyError) as error:  # the writer meets it too, and tells readers
                _LOG.warning("the log of the audit database was not folded: %s", error)


def fold(engine: Engine) -> tuple[int, int]:
    """Fold the log into the file; return how many pages it has and how many of them are folded."""
    with closing(engine.raw_connection()) as connection:
        _, pages, folded = connection.execute("pragma wal_checkpoint(passive)").fetchone()
    return pages, folded
