"""Any database that SQLAlchemy speaks to, by a declared mapping: the way in for legacy systems.

Rows are read in the order of (cursor, keys), from the cursor on and including it, less an overlap for
writers that committed late. Values are taken as the driver gives them; judging them is the caller's work.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from pipelines.connectors.cursor_time import last_trusted, step_back
from pipelines.connectors.port import (
    Connector,
    Cursor,
    Deletes,
    Field,
    FieldType,
    KeyValues,
    Page,
    Row,
    SourceObject,
    Undiscovered,
)
from pipelines.connectors.sql_url import open_engine, secrets_of
from pipelines.errors import AuthFault, ConnectorError, PermanentFault, SchemaFault, TransientFault

PAGE_ROWS = 20_000
TRANSIENT_WORDS = (
    "locked", "busy", "timeout", "timed out", "connection", "unable to open", "disk i/o", "terminat",
    "could not connect", "server closed", "deadlock", "too many clients", "starting up",
)  # fmt: skip
AUTH_WORDS = ("password", "authentication", "access denied", "permission denied", "not authorized")
SCHEMA_WORDS = ("no such table", "no such column", "does not exist", "unknown column", "doesn't exist")


@dataclass(frozen=True, slots=True)
class SqlTable:
    """What sources.yml declares of one table."""

    name: str
    keys: tuple[str, ...]
    table: str
    cursor: str | None = None
    soft_delete: str | None = None
    deletes: Deletes = Deletes.NONE


@dataclass(frozen=True, slots=True)
class SqlSettings:
    """A database and the tables to read from it; `url` may hold a secret and is never shown."""

    url: str = field(repr=False)
    tables: tuple[SqlTable, ...]
    schema: str | None = None
    overlap: timedelta = timedelta(minutes=10)
    page_rows: int = PAGE_ROWS


class SqlConnector(Connector):
    """Reads declared tables of one database; `now` is what tells a date in the future."""

    def __init__(self, settings: SqlSettings, folder: Path, *, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._engine = open_engine(settings.url, folder)
        self._tables = {table.name: table for table in settings.tables}

    def check(self) -> None:
        """Open the database and ask it for a number."""
        with self._connection() as connection:
            connection.execute(sa.text("select 1"))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def discover(self) -> tuple[SourceObject | Undiscovered, ...]:
        """Return the declared tables with the columns that the database has today."""
        with self._connection() as connection:
            inspector = sa.inspect(connection)
            return tuple(self._discover(inspector, table) for table in self._settings.tables)

    def _discover(self, inspector: sa.Inspector, table: SqlTable) -> SourceObject | Undiscovered:
        try:
            columns = inspector.get_columns(table.table, schema=self._settings.schema)
        except exc.NoSuchTableError:
            return Undiscovered(table.name, f"there is no table {table.table}; correct `{table.name}`")
        is_sqlite = self._engine.dialect.name == "sqlite"
        fields = tuple(Field(c["name"], _field_type(c["type"], is_sqlite=is_sqlite)) for c in columns)
        names = {f.name for f in fields}
        declared = (*table.keys, table.cursor, table.soft_delete)
        missing = [name for name in declared if name is not None and name not in names]
        if missing:
            reason = (
                f"table {table.table} has no column {', '.join(missing)}; it has {', '.join(sorted(names))}"
            )
            return Undiscovered(table.name, reason)
        return SourceObject(table.name, fields, table.keys, table.cursor, table.soft_delete, table.deletes)

    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        """Yield pages from one ordered query."""
        query = self._select(object_)
        if object_.cursor_field is not None:
            column: sa.ColumnElement[Any] = sa.column(object_.cursor_field)
            if cursor is not None:
                since = step_back(_cursor_value(cursor), self._settings.overlap)
                # Rows without a cursor value never come up again otherwise.
                query = query.where(
                    sa.or_(column >= sa.literal(since, sa.types.NullType()), column.is_(None))
                )
            query = query.order_by(sa.case((column.is_(None), 0), else_=1), column)
        query = query.order_by(*(sa.column(key) for key in object_.keys))
        for rows in self._stream(query):
            yield Page(rows, cursor=self._cursor_after(object_, rows))

    def _cursor_after(self, object_: SourceObject, rows: Sequence[Row]) -> Cursor | None:
        name = object_.cursor_field
        if name is None:
            return None
        value = last_trusted((row[name] for row in reversed(rows)), self._now())
        return None if value is None else _cursor_json(value)

    def keys(self, object_: SourceObject) -> Iterator[Sequence[KeyValues]]:
        """Yield the keys of every row, softly deleted ones included."""
        columns: list[sa.ColumnElement[Any]] = [sa.column(key) for key in object_.keys]
        query = sa.select(*columns).select_from(self._from(object_))
        for rows in self._stream(query):
            yield [tuple(row.values()) for row in rows]

    def count(self, object_: SourceObject) -> int:
        """Count the rows of the table."""
        with self._connection() as connection:
            query = sa.select(sa.func.count()).select_from(self._from(object_))
            return int(connection.execute(query).scalar_one())

    def sample(self, object_: SourceObject, size: int) -> Page:
        """Return every n-th row in the order of its keys."""
        stride = max(1, -(-self.count(object_) // size))
        order: list[sa.ColumnElement[Any]] = [sa.column(key) for key in object_.keys]
        number = sa.func.row_number().over(order_by=order).label("concord_row_number")
        numbered = self._select(object_).add_columns(number).subquery()
        names = [numbered.c[f.name] for f in object_.fields]
        chosen = sa.select(*names).where(numbered.c.concord_row_number % stride == 0)
        return Page([row for rows in self._stream(chosen) for row in rows])

    def rows_by_key(self, object_name: str, keys: Sequence[str]) -> dict[str, Row]:
        """Return the rows of some keys of an object with a single key column, by their key as text."""
        table = self._tables[object_name]
        (name,) = table.keys
        column: sa.ColumnElement[Any] = sa.column(name)
        # Untyped: the database itself tells whether its keys are numbers or texts.
        wanted = [sa.literal(key, sa.types.NullType()) for key in keys]
        query = (
            sa.select(sa.text("*"))
            .select_from(sa.table(table.table, schema=self._settings.schema))
            .where(column.in_(wanted))
        )
        return {str(row[name]): row for rows in self._stream(query) for row in rows}

    def _from(self, object_: SourceObject) -> sa.TableClause:
        table = self._tables[object_.name].table
        return sa.table(table, *(sa.column(f.name) for f in object_.fields), schema=self._settings.schema)

    def _select(self, object_: SourceObject) -> sa.Select[Any]:
        # Untyped columns: SQLAlchemy converts nothing, so one odd value cannot end the read.
        columns: list[sa.ColumnElement[Any]] = [sa.column(f.name) for f in object_.fields]
        return sa.select(*columns).select_from(self._from(object_))

    def _stream(self, query: sa.Select[Any]) -> Iterator[list[Row]]:
        with self._connection() as connection:
            result = connection.execution_options(stream_results=True).execute(query)
            names, cursor = list(result.keys()), result.cursor
            try:
                while rows := result.fetchmany(self._settings.page_rows):
                    yield [dict(zip(names, row, strict=True)) for row in rows]
            finally:
                # SQLAlchemy forgets the cursor of a connection that was lost; the driver wants it closed.
                with suppress(Exception):
                    cursor.close()

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except exc.SQLAlchemyError as error:
            raise self._translated(error) from error

    def _translated(self, error: exc.SQLAlchemyError) -> ConnectorError:
        text = str(getattr(error, "orig", None) or error).strip()
        for secret in secrets_of(self._settings.url):
            text = text.replace(secret, "***")
        words = text.lower()
        if any(word in words for word in AUTH_WORDS):
            return AuthFault(f"the database refuses the credentials: {text}")
        if any(word in words for word in SCHEMA_WORDS):
            return SchemaFault(f"the database lacks what is declared: {text}")
        if isinstance(error, exc.TimeoutError) or any(word in words for word in TRANSIENT_WORDS):
            return TransientFault(f"the database does not answer: {text}")
        return PermanentFault(f"the database refuses: {text}")


def _field_type(type_: sa.types.TypeEngine[Any], *, is_sqlite: bool) -> FieldType:
    if isinstance(type_, sa.Boolean):
        return FieldType.BIGINT if is_sqlite else FieldType.BOOLEAN
    if isinstance(type_, sa.Integer):
        return FieldType.BIGINT
    if isinstance(type_, sa.Float):
        return FieldType.DOUBLE
    return FieldType.TEXT  # exact decimals and times too: nothing is rounded or shifted


def _cursor_json(value: Any) -> Mapping[str, Any]:
    if isinstance(value, datetime):
        return {"after": value.isoformat(), "as": "datetime"}
    if isinstance(value, date):
        return {"after": value.isoformat(), "as": "date"}
    return {"after": value}


def _cursor_value(cursor: Cursor) -> Any:
    match cursor.get("as"):
        case "datetime":
            return datetime.fromisoformat(cursor["after"])
        case "date":
            return date.fromisoformat(cursor["after"])
        case _:
            return cursor["after"]
