"""SQL text to its syntax tree, by DuckDB's own parser."""

import json
import re
import threading
from dataclasses import dataclass
from typing import Any

import duckdb

from resolution.few_rows.errors import UnsupportedSql

Node = dict[str, Any]
_CREATE = re.compile(
    r"\s*create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?table\s+([\w.]+)\s+as\s+(.*)", re.I | re.S
)
_LAYOUT = re.compile(
    r"\s*create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?table\s+([\w.]+)\s*\(.*", re.I | re.S
)
_PLACE = re.compile(r'"query_location":[0-9]+,')  # so that equal expressions are equal
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Statement:
    """A query, and the table that it makes; `layout` are the columns of an empty table that is declared."""

    query: Node | None
    creates: str | None = None
    layout: tuple[str, ...] = ()


def engine() -> duckdb.DuckDBPyConnection:
    """Return this thread's connection to an empty database, for parsing and for single values."""
    connection: duckdb.DuckDBPyConnection | None = getattr(_local, "connection", None)
    if connection is None:
        connection = _local.connection = duckdb.connect(config={"threads": 1})
    return connection


def parse(sql: str) -> Statement:
    """Return what one statement says.

    Raises:
        UnsupportedSql: It neither reads nor makes a table.
    """
    if re.match(r"\s*drop\s", sql, re.I):
        return Statement(None)
    made = _CREATE.match(sql)
    if made is not None:
        return Statement(_tree(made[2]), made[1].lower())
    declared = _LAYOUT.match(sql)
    if declared is not None:
        return Statement(None, declared[1].lower(), _columns(sql, declared[1]))
    return Statement(_tree(sql))


def _columns(sql: str, table: str) -> tuple[str, ...]:
    engine().execute(sql)
    return tuple(row[0] for row in engine().execute(f"describe {table}").fetchall())


def _tree(sql: str) -> Node:
    (text,) = engine().execute("select json_serialize_sql($1)", [sql]).fetchone() or ("{}",)
    document = json.loads(_PLACE.sub("", text))
    if document.get("error", True) or len(document["statements"]) != 1:
        raise UnsupportedSql(f"{document.get('error_message', 'no query')}: {sql[:200]}")
    node: Node = document["statements"][0]["node"]
    return node
