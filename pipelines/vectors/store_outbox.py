"""The outbox table of the context store, read in order and marked in short transactions.

Grain of `outbox`: one row per (tenant_id, sequence). The store's writer is never held for long: rows are
marked `MARKED_AT_ONCE` at a time, and reading takes no lock that a writer would wait for.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from pipelines.vectors.errors import NoStore
from pipelines.vectors.outbox import Outbox, OutboxRow

MARKED_AT_ONCE = 2_000  # rows: about 20 ms of the writer on SQLite
READ_AT_ONCE = 1_000  # rows held while `live` is walked

OUTBOX = sa.table(
    "outbox",
    sa.column("tenant_id", sa.String),
    sa.column("sequence", sa.BigInteger),
    sa.column("kind", sa.String),
    sa.column("key", sa.String),
    sa.column("text", sa.String),
    sa.column("payload_json", sa.JSON),
    sa.column("done_at", sa.DateTime(timezone=True)),
)
KEY = (OUTBOX.c.tenant_id, OUTBOX.c.kind, OUTBOX.c.key)


class StoreOutbox(Outbox):
    """The outbox of a context store on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        if not sa.inspect(engine).has_table("outbox"):
            where = engine.url.render_as_string(hide_password=True)
            raise NoStore(f"there is no outbox in the store at {where}; publish once with `concord run`")
        self._engine = engine

    def count_pending(self) -> int:
        """Return how many rows are not done."""
        return self._count(sa.select(sa.func.count()).select_from(OUTBOX).where(OUTBOX.c.done_at.is_(None)))

    def has_done(self) -> bool:
        """Return whether any row is done."""
        done = sa.select(OUTBOX.c.sequence).where(OUTBOX.c.done_at.is_not(None)).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(done).first() is not None

    def pending(self, *, limit: int) -> Sequence[OutboxRow]:
        """Return the first rows that are not done, in order of sequence."""
        newest = _newest_by_key(OUTBOX.c.done_at.is_(None))
        statement = (
            sa.select(OUTBOX, (OUTBOX.c.sequence == newest.c.last_sequence).label("is_latest"))
            .join(newest, _same_key(newest))
            .where(OUTBOX.c.done_at.is_(None))
            .order_by(OUTBOX.c.sequence, OUTBOX.c.tenant_id)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [_row(found) for found in connection.execute(statement).mappings()]

    def mark_done(self, rows: Sequence[OutboxRow], *, at: datetime) -> None:
        """Say that the index shows these rows; one transaction per `MARKED_AT_ONCE` of them."""
        statement = (
            sa.update(OUTBOX)
            .where(OUTBOX.c.tenant_id == sa.bindparam("of_tenant"))
            .where(OUTBOX.c.sequence == sa.bindparam("of_sequence"))
            .values(done_at=sa.bindparam("at"))
        )
        named = [{"of_tenant": row.tenant_id, "of_sequence": row.sequence, "at": at} for row in rows]
        for first in range(0, len(named), MARKED_AT_ONCE):
            with self._engine.begin() as connection:
                connection.execute(statement, named[first : first + MARKED_AT_ONCE])

    def count_live(self) -> int:
        """Return how many points the store asks for."""
        return self._count(sa.select(sa.func.count()).select_from(_live().subquery()))

    def live(self) -> Iterator[OutboxRow]:
        """Yield the last row of each key that has a text."""
        with self._engine.connect().execution_options(yield_per=READ_AT_ONCE) as connection:
            for found in connection.execute(_live()).mappings():
                yield _row(found)

    def _count(self, statement: sa.Select[Any]) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(statement).scalar_one())


def _newest_by_key(*conditions: sa.ColumnElement[bool]) -> sa.Subquery:
    last = sa.func.max(OUTBOX.c.sequence).label("last_sequence")
    return sa.select(*KEY, last).where(*conditions).group_by(*KEY).subquery("newest")


def _same_key(newest: sa.Subquery) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == newest.c[column.name] for column in KEY))


def _live() -> sa.Select[Any]:
    newest = _newest_by_key()
    is_newest = sa.and_(_same_key(newest), OUTBOX.c.sequence == newest.c.last_sequence)
    has_text = sa.func.trim(OUTBOX.c.text) != ""
    return sa.select(OUTBOX).join(newest, is_newest).where(has_text).order_by(*KEY)


def _row(found: Mapping[Any, Any]) -> OutboxRow:
    payload = found["payload_json"]
    text = found["text"]
    return OutboxRow(
        tenant_id=found["tenant_id"],
        sequence=found["sequence"],
        kind=found["kind"],
        key=found["key"],
        text=text if text and text.strip() else None,
        payload=(json.loads(payload) if isinstance(payload, str) else payload) or {},
        is_latest=bool(found.get("is_latest", True)),
    )
