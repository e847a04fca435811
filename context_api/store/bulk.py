"""Rows in bulk, as fast as each database takes them: plain `executemany`, or COPY.

Times come as text (`YYYY-MM-DD HH:MM:SS.ffffff`, UTC), which both databases store as SQLAlchemy reads them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection

from context_api.store.engine import is_sqlite

Row = Sequence[Any]
CHUNK = 400  # values in one `in (…)`: SQLite and PostgreSQL plan it well


def chunked(values: Iterable[str]) -> Iterator[Sequence[str]]:
    """Yield values in order, so many at a time as one statement takes."""
    ordered = sorted(values)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def insert_rows(connection: Connection, table: str, *, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows into a table of the store."""
    named = ", ".join(f'"{column}"' for column in columns)
    with closing(connection.connection.cursor()) as cursor:
        if is_sqlite(connection):
            marks = ", ".join("?" * len(columns))
            cursor.executemany(f"insert into {table} ({named}) values ({marks})", list(rows))
        else:
            _copy(cursor, f"copy {table} ({named}) from stdin", rows)


def _copy(cursor: Any, statement: str, rows: Iterable[Row]) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def run_many(connection: Connection, statement: str, rows: Iterable[Row]) -> int:
    """Run a statement with `?` marks once per row; return how many rows of the store it met."""
    marked = statement if is_sqlite(connection) else statement.replace("?", "%s")
    with closing(connection.connection.cursor()) as cursor:
        cursor.executemany(marked, list(rows))
        return int(cursor.rowcount)
