"""Tables of a few rows in memory: names of columns and tuples, with an index per column made once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = tuple[Any, ...]


@dataclass(slots=True)
class Table:
    """Rows with named columns; `kinds` are DuckDB types by column, where anybody asked.

    The rows of a table never change: a statement that writes makes a new one.
    """

    columns: tuple[str, ...]
    rows: Sequence[Row]
    kinds: Mapping[str, str] = field(default_factory=dict)
    _indexes: dict[int, Mapping[Any, Sequence[Row]]] = field(default_factory=dict)

    def index(self, position: int) -> Mapping[Any, Sequence[Row]]:
        """Return the rows by their value in a column; rows without one are left out."""
        if position not in self._indexes:
            found: dict[Any, list[Row]] = {}
            for row in self.rows:
                if row[position] is not None:
                    found.setdefault(row[position], []).append(row)
            self._indexes[position] = found
        return self._indexes[position]
