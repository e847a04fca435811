"""Rows made in Python, written into DuckDB in columnar batches; columns may appear as rows come."""

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from resolution.files.quarantine import QuarantinedRow, add_to_quarantine
from resolution.files.tables import BLANKS, RESERVED, quote

Cell = str | list[str]

_BATCH_ROWS = 20_000
_BATCH_CHARACTERS = 1 << 26


class RowWriter:
    """Fills one raw table; `close` must be called at the end.

    A column that once holds a list is a list column throughout. Column names differ without regard to
    case; a row that has two such names puts the second value into `<name>_2`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        self.rows = 0
        self.quarantined = 0
        self._connection = connection
        self._table = table
        self._lists: dict[str, bool] = {}  # column -> whether it is a list column, in order of appearance
        self._names: dict[str, str] = {}  # caseless name -> column
        self._cells: list[dict[str, Cell]] = []
        self._lines: list[int] = []
        self._faulty: list[QuarantinedRow] = []
        self._characters = 0
        connection.execute(f"create or replace table {table} (_line bigint)")

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._lists)

    @property
    def list_columns(self) -> frozenset[str]:
        return frozenset(column for column, is_list in self._lists.items() if is_list)

    def add_columns(self, names: tuple[str, ...]) -> None:
        """Make columns before any row names them."""
        for name in names:
            self._make(name, is_list=False)

    def add(self, line: int, cells: Mapping[str, Cell]) -> None:
        """Take a row; blank cells are left out."""
        row: dict[str, Cell] = {}
        for name, cell in cells.items():
            kept = [text for text in cell if text.strip(BLANKS)] if isinstance(cell, list) else cell
            if not kept or (isinstance(kept, str) and not kept.strip(BLANKS)):
                continue
            column = self._column(name, row)
            self._note(column, kept)
            row[column] = kept
            self._characters += len(kept) if isinstance(kept, str) else sum(map(len, kept))
        self._cells.append(row)
        self._lines.append(line)
        self.rows += 1
        self._flush_if_full()

    def add_faulty(self, row: QuarantinedRow) -> None:
        """Take a row for the quarantine."""
        self._faulty.append(row)
        self.quarantined += 1
        self._characters += len(row.row_json)
        self._flush_if_full()

    def close(self) -> None:
        """Write what is left."""
        self._flush()

    def _column(self, name: str, row: Mapping[str, Cell]) -> str:
        clean = (
            " ".join("".join(" " if ord(letter) < ord(" ") else letter for letter in name).split())
            or "column"
        )
        number, candidate = 1, clean
        while True:
            key = candidate.casefold()
            if key not in self._names and key not in RESERVED:
                self._make(candidate, is_list=False)
            column = self._names.get(key)
            if column is not None and column not in row:
                return column
            number += 1
            candidate = f"{clean}_{number}"

    def _make(self, name: str, *, is_list: bool) -> None:
        self._names[name.casefold()] = name
        self._lists[name] = is_list
        self._connection.execute(f"alter table {self._table} add column {quote(name)} varchar")

    def _note(self, column: str, cell: Cell) -> None:
        if isinstance(cell, list) and not self._lists[column]:
            self._lists[column] = True
            name = quote(column)
            self._connection.execute(
                f"alter table {self._table} alter column {name} set data type varchar[]"
                f" using case when {name} is not null then [{name}] end"
            )

    def _flush_if_full(self) -> None:
        full = len(self._cells) + len(self._faulty) >= _BATCH_ROWS
        if full or self._characters >= _BATCH_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if self._cells:
            self._write_rows()
        add_to_quarantine(self._connection, self._faulty)
        self._cells, self._lines, self._faulty, self._characters = [], [], [], 0

    def _write_rows(self) -> None:
        columns = {"_line": pa.array(self._lines, pa.int64())}
        for column, is_list in self._lists.items():
            cells = [row.get(column) for row in self._cells]
            if is_list:
                listed = [[cell] if isinstance(cell, str) else cell for cell in cells]
                columns[column] = pa.array(listed, pa.list_(pa.large_string()))
            else:
                columns[column] = pa.array(cells, pa.large_string())
        self._connection.register("_batch", pa.table(columns))
        self._connection.execute(f"insert into {self._table} by name select * from _batch")
        self._connection.unregister("_batch")
