"""One statement in both engines: DuckDB says what is right."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import pytest

from resolution.few_rows.connection import FewRows
from resolution.few_rows.tables import Table

Tables = Mapping[str, tuple[Mapping[str, str], Sequence[tuple[Any, ...]]]]


@pytest.fixture
def in_both() -> Callable[..., tuple[list[Any], list[Any]]]:
    """Return a function that runs a query in DuckDB and here and gives both results."""

    def run(sql: str, tables: Tables | None = None) -> tuple[list[Any], list[Any]]:
        given = tables or {}
        with duckdb.connect() as connection:
            for name, (columns, rows) in given.items():
                listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
                connection.execute(f"create table {name} ({listed})")
                if rows:
                    marks = ", ".join("?" * len(columns))
                    connection.executemany(
                        f"insert into {name} values ({marks})", [list(row) for row in rows]
                    )
            theirs = connection.execute(sql).fetchall()
        ours = FewRows(
            {name: Table(tuple(columns), list(rows), columns) for name, (columns, rows) in given.items()}
        )
        return theirs, ours.execute(sql).fetchall()

    return run
