"""Sorted columns of a snapshot, searched where they lie: only the pages that a search meets are read."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from resolution.few_rows.tables import Row, Table


@dataclass(frozen=True, slots=True)
class SortedValues:
    """A mapping from texts to numbers over two Arrow columns, in order of the texts."""

    values: pa.StringArray
    numbers: pa.DoubleArray

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, place: int) -> str:
        return str(self.values[place].as_py())

    def get(self, value: str) -> float | None:
        """Return the number of a text, None where it has none."""
        place = bisect_left(self, value)
        if place == len(self) or self[place] != value:
            return None
        return float(self.numbers[place].as_py())


class SortedTable(Table):
    """A table of texts and numbers for joins on its first column, looked up and never read whole."""

    __slots__ = ("_sorted",)

    def __init__(self, columns: tuple[str, ...], values: SortedValues) -> None:
        super().__init__(columns, ())
        self._sorted = values

    def index(self, position: int) -> Mapping[Any, Sequence[Row]]:
        """Return what looks like a dictionary from texts to rows."""
        if position != 0:
            raise KeyError(self.columns[position])
        return _RowsByValue(self._sorted)


class _RowsByValue(Mapping[Any, Sequence[Row]]):
    def __init__(self, values: SortedValues) -> None:
        self._values = values

    def __getitem__(self, value: Any) -> Sequence[Row]:
        number = self._values.get(value)
        if number is None:
            raise KeyError(value)
        return ((value, number),)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True, slots=True)
class KeyIndex:
    """The keys of one blocking rule in order, and the number of the record that each belongs to."""

    keys: NDArray[np.uint64]
    numbers: NDArray[np.uint32]
    stops: NDArray[np.uint64]

    def find(self, key: int) -> NDArray[np.uint32]:
        """Return the records with a key; none for one that too many records share."""
        wanted = np.uint64(key)
        if self.is_stopped(key):
            return self.numbers[:0]
        first, last = np.searchsorted(self.keys, wanted, "left"), np.searchsorted(self.keys, wanted, "right")
        return self.numbers[first:last]

    def is_stopped(self, key: int) -> bool:
        """Return whether too many records share a key for it to block."""
        place = int(np.searchsorted(self.stops, np.uint64(key)))
        return place < len(self.stops) and int(self.stops[place]) == key


@dataclass(frozen=True, slots=True)
class LinkIndex:
    """The kept links of every record: those of record n stand from `starts[n]` to `starts[n + 1]`."""

    starts: NDArray[np.uint32]
    others: NDArray[np.uint32]
    weights: NDArray[np.float64]
    flags: NDArray[np.uint8]

    def of(self, number: int) -> list[tuple[int, float, int]]:
        """Return the other records, weights and flags of a record's links."""
        first, last = int(self.starts[number]), int(self.starts[number + 1])
        return list(
            zip(
                self.others[first:last].tolist(),
                self.weights[first:last].tolist(),
                self.flags[first:last].tolist(),
                strict=True,
            )
        )


@dataclass(frozen=True, slots=True)
class RecordRows:
    """What pairs are scored by, one row per record, in batches of one size (but for the last)."""

    batches: Sequence[pa.RecordBatch]
    schema: pa.Schema
    batch_size: int
    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> str:
        return str(self._at("record_id", number))

    def _at(self, column: str, number: int) -> Any:
        batch, row = divmod(number, self.batch_size)
        return self.batches[batch].column(column)[row].as_py()

    def source(self, number: int) -> str:
        """Return the source of a record."""
        return str(self._at("source", number))

    def number(self, record_id: str) -> int | None:
        """Return the number of a record, None where the snapshot does not hold it."""
        place = bisect_left(self, record_id)
        return place if place < self.count and self[place] == record_id else None

    def take(self, numbers: Sequence[int]) -> pa.Table:
        """Return the rows of records; `numbers` are in order."""
        wanted = np.asarray(numbers, dtype=np.int64)
        parts = []
        for place, batch in enumerate(self.batches):
            low = place * self.batch_size
            here = wanted[(wanted >= low) & (wanted < low + self.batch_size)] - low
            if len(here):
                parts.append(batch.take(pa.array(here)))
        return pa.Table.from_batches(parts, schema=self.schema)
