"""A database of a few rows: runs the SQL of standardising and of the match input in Python.

DuckDB plans a statement for milliseconds, over a hundred of them for one record. Here a statement is
parsed once (by DuckDB itself), compiled once to functions, and then takes microseconds. It is the very
text that a batch runs, so that there is one definition; a test holds both equal, value by value.

It knows what those statements use and refuses the rest (`UnsupportedSql`) when it first sees a statement.
"""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import pyarrow as pa

from resolution.few_rows.errors import UnsupportedSql
from resolution.few_rows.parsing import Statement, parse
from resolution.few_rows.queries import Query, compile_query
from resolution.few_rows.sources import Running
from resolution.few_rows.tables import Row, Table

REMEMBERED = (
    1_600_000  # letters of compiled statements, half a kilobyte of memory each; a record takes 600,000
)
_plans: OrderedDict[str, list[tuple[Statement, Query | None]]] = OrderedDict()
_lock = threading.Lock()
_converted: dict[int, tuple[weakref.ref[pa.Table], Table]] = {}  # as long as the Arrow table lives


class FewRows:
    """Stands in for a DuckDB connection: `execute`, `fetchall`, `fetchone`, `register`, `unregister`.

    One is made for each piece of work and thrown away; compiled statements are shared by all threads.
    """

    def __init__(self, tables: Mapping[str, Table] | None = None) -> None:
        self._tables: dict[str, Table] = dict(tables or {})
        self._result: Sequence[Row] = ()

    def table(self, name: str) -> Table:
        """Return a table as it is now."""
        return self._tables[name]

    def execute(self, sql: str, parameters: object = None) -> "FewRows":
        """Run one statement, or several `drop table` in one text."""
        if parameters:
            raise UnsupportedSql(f"parameters: {sql[:200]}")
        if sql.startswith("describe "):
            return self._describe(sql.removeprefix("describe ").strip())
        if "duckdb_tables()" in sql:  # asked what to drop: nothing, for all goes with this object
            self._result = ()
            return self
        statement, query = self._plan(sql)
        rows = query.rows(Running(self._tables)) if query is not None else ()
        if statement.creates is not None:
            columns = query.columns if query is not None else statement.layout
            self._tables[statement.creates] = self._same(columns, rows) or Table(columns, rows)
            rows = ()
        self._result = rows
        return self

    def _same(self, columns: Sequence[str], rows: Sequence[Row]) -> Table | None:
        """Return the table that a mere copy is a copy of, its indexes with it."""
        for table in self._tables.values():
            if table.rows is rows and table.columns == columns:
                return table
        return None

    def fetchall(self) -> list[Row]:
        """Return the rows of the last query."""
        return list(self._result)

    def fetchone(self) -> Row | None:
        """Return the first row of the last query."""
        return self._result[0] if self._result else None

    def register(self, name: str, table: pa.Table) -> None:
        """Show an Arrow table under a name."""
        known = _converted.get(id(table))
        if known is None or known[0]() is not table:
            columns = [column.to_pylist() for column in table.columns]
            made = Table(tuple(table.column_names), list(zip(*columns, strict=True)))
            place = id(table)
            known = (weakref.ref(table, lambda _: _converted.pop(place, None)), made)
            _converted[place] = known
        self._tables[name] = known[1]

    def unregister(self, name: str) -> None:
        """Take a name away."""
        self._tables.pop(name, None)

    def _describe(self, name: str) -> "FewRows":
        table = self._tables[name]
        self._result = [(column, table.kinds.get(column, "VARCHAR")) for column in table.columns]
        return self

    def _plan(self, sql: str) -> tuple[Statement, Query | None]:
        with _lock:
            plans = _plans.get(sql)
            if plans is not None:
                _plans.move_to_end(sql)
        for statement, query in plans or ():
            if query is None or all(self._columns(name) == columns for name, columns in query.reads.items()):
                return statement, query
        return self._compile(sql)

    def _columns(self, name: str) -> tuple[str, ...] | None:
        table = self._tables.get(name)
        return table.columns if table is not None else None

    def _compile(self, sql: str) -> tuple[Statement, Query | None]:
        statement = parse(sql)
        known = {name: table.columns for name, table in self._tables.items()}
        query = compile_query(statement.query, known) if statement.query is not None else None
        with _lock:
            _plans.setdefault(sql, []).append((statement, query))
            _plans.move_to_end(sql)
            _forget()
        return statement, query


def _forget() -> None:
    """Forget the statements that were not asked for longest, with what was compiled for other columns."""
    held = sum(len(sql) * len(plans) for sql, plans in _plans.items())
    while held > REMEMBERED and len(_plans) > 1:
        sql, plans = _plans.popitem(last=False)
        held -= len(sql) * len(plans)
