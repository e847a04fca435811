"""What a column holds: fill, distinctness and a sample of its values.

The sample is chosen by a hash of the line number, so it does not depend on column order or threads.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import duckdb

from resolution.files.tables import RawTable, quote

SAMPLE_ROWS = 4_000  # rows from which values are drawn
SAMPLE_VALUES = 400  # values of a column that are looked at
MIN_VALUES = 50  # a column with fewer sampled values is sampled again where it is filled
_MAX_LENGTH = 500  # characters of a value that are looked at


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """A column's figures; `distinct` is approximate above a few hundred values."""

    column: str
    rows: int
    filled: int
    distinct: int
    values: tuple[str, ...]
    is_list: bool = False
    _shares: dict[Callable[[str], bool], float] = field(default_factory=dict, compare=False, repr=False)

    @property
    def fill(self) -> float:
        return self.filled / self.rows if self.rows else 0.0

    def share(self, test: Callable[[str], bool]) -> float:
        """Return the share of sampled values that pass a test."""
        if not self.values:
            return 0.0
        if test not in self._shares:
            self._shares[test] = sum(map(test, self.values)) / len(self.values)
        return self._shares[test]


def profile_columns(connection: duckdb.DuckDBPyConnection, table: RawTable) -> list[ColumnProfile]:
    """Return the profile of every column of a raw table."""
    if not table.columns:
        return []
    counts = ", ".join(
        f"count({quote(column)}), approx_count_distinct({quote(column)})" for column in table.columns
    )
    figures = connection.execute(f"select count(*), {counts} from {table.name}").fetchone() or (0,)
    rows = int(figures[0])
    sampled = _sample_rows(connection, table, rows=rows)
    return [
        ColumnProfile(
            column=column,
            rows=rows,
            filled=int(figures[1 + 2 * place]),
            distinct=int(figures[2 + 2 * place]),
            values=_values(
                connection, table, column, sampled=sampled[place], filled=int(figures[1 + 2 * place])
            ),
            is_list=column in table.list_columns,
        )
        for place, column in enumerate(table.columns)
    ]


def _sample_rows(
    connection: duckdb.DuckDBPyConnection, table: RawTable, *, rows: int
) -> list[tuple[object, ...]]:
    step = max(1, rows // SAMPLE_ROWS)
    columns = ", ".join(quote(column) for column in table.columns)
    found = connection.execute(
        f"select {columns} from {table.name} where hash(_line) % {step} = 0 limit {2 * SAMPLE_ROWS}"
    ).fetchall()
    return list(zip(*found, strict=True)) if found else [() for _ in table.columns]


def _values(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    column: str,
    *,
    sampled: Sequence[object],
    filled: int,
) -> tuple[str, ...]:
    cells: Sequence[object] = [cell for cell in sampled if cell is not None]
    if len(cells) < MIN_VALUES and filled > len(cells):
        cells = [
            row[0]
            for row in connection.execute(
                f"select {quote(column)} from {table.name} where {quote(column)} is not null"
                f" order by _line limit {SAMPLE_VALUES}"
            ).fetchall()
        ]
    texts = [text for cell in cells[:SAMPLE_VALUES] for text in (cell if isinstance(cell, list) else [cell])]
    return tuple(text[:_MAX_LENGTH].strip() for text in texts if isinstance(text, str) and text.strip())
