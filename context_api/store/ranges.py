"""Version ranges: how a row says in which versions it can be seen.

A ranged row is part of every version from `published_from` up to but not including `published_to`
(null: still current). Rows are written with a range that lies beyond the visible version, so that
nothing of a version shows before the pointer moves; and ending a row at a version that never becomes
visible changes nothing for readers (docs/decisions/0010).
"""

from typing import Any, cast

from sqlalchemy import ColumnElement, Index, and_, or_, text
from sqlmodel import SQLModel


def ranged_indexes(table: str, *extra: Index) -> tuple[Index, ...]:
    """Return the indexes by which clean-up and decisions find the rows of one version."""
    ended = text("published_to is not null")
    return (
        Index(f"ix_{table}_published_from", "tenant_id", "published_from"),
        Index(
            f"ix_{table}_published_to",
            "tenant_id",
            "published_to",
            sqlite_where=ended,
            postgresql_where=ended,
        ),
        *extra,
    )


def begun_by(table: Any, version: int) -> ColumnElement[bool]:
    """Return the condition under which rows began in a version or before it.

    Adding 0 keeps the index by `published_from` out of it: nearly every row meets the condition, and SQLite
    would walk them all instead of going by the key that is asked for.
    """
    return cast("ColumnElement[bool]", table.published_from + 0 <= version)


def in_version(table: Any, tenant_id: str, version: int) -> ColumnElement[bool]:
    """Return the condition under which rows of a ranged table are part of a version."""
    return and_(
        table.tenant_id == tenant_id,
        begun_by(table, version),
        or_(table.published_to.is_(None), table.published_to > version),
    )


def ranged_tables() -> tuple[str, ...]:
    """Return the names of all tables that keep their rows by version range."""
    return tuple(
        name
        for name, table in sorted(SQLModel.metadata.tables.items())
        if {"published_from", "published_to"} <= set(table.columns.keys())
    )
