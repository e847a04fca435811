"""Lines of CSV, JSONL and Parquet files: rows as they stand there, and what is no row with its place."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.connectors.port import BadRow, FieldType, Row
from pipelines.errors import PermanentFault

PAGE_ROWS = 20_000
DEEPEST = 200  # levels of nesting; what writes JSON again runs out of stack at about a thousand
Line: TypeAlias = Row | BadRow


def _csv_rows(path: Path, blank: Row) -> Iterator[Line]:
    csv.field_size_limit(2**31 - 1)  # a field of ten megabytes is a long text, not a fault
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        taken: list[str] = []
        reader = csv.reader(_noting(file, taken))
        header = next(reader, [])
        next_line = len(taken) + 1
        taken.clear()
        for values in reader:
            number, lines = next_line, len(taken)
            next_line += lines
            if lines > 1 and not _is_well_quoted(taken):
                yield from _swallowed(path, taken, first=number)
            elif len(values) == len(header):
                yield {**blank, **{name: value or None for name, value in zip(header, values, strict=True)}}
            elif values:
                raw = {"file": path.name, "line": number, "values": values}
                yield BadRow(raw, f"{path.name}:{number}: {len(values)} values under {len(header)} columns")
            taken.clear()


def _noting(lines: Iterator[str], taken: list[str]) -> Iterator[str]:
    """Yield lines without NUL, and note each."""
    for line in lines:
        clean = line.replace("\0", "\ufffd")
        taken.append(clean)
        yield clean


def _is_well_quoted(lines: Sequence[str]) -> bool:
    """Say whether lines that were read as one record are one, not what a stray quote made of several."""
    try:
        return len(list(csv.reader(lines, strict=True))) == 1
    except csv.Error:
        return False


def _swallowed(path: Path, lines: Sequence[str], *, first: int) -> Iterator[BadRow]:
    # Which of them are rows nobody can tell: a line of a long text may look like one.
    for number, line in enumerate(lines, start=first):
        raw = {"file": path.name, "line": number, "text": line.rstrip("\r\n")}
        yield BadRow(raw, f"{path.name}:{number}: a quote in these lines is not closed")


def _jsonl_rows(path: Path, blank: Row) -> Iterator[Line]:
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            row = _parsed(line)
            if row is None:
                raw = {"file": path.name, "line": number, "text": line.rstrip("\n")}
                yield BadRow(raw, f"{path.name}:{number}: no JSON object")
            else:
                yield {**blank, **row}


def _parsed(line: str) -> dict[str, Any] | None:
    if line.count("[") + line.count("{") > DEEPEST and _depth(line) > DEEPEST:
        return None
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _depth(line: str) -> int:
    depth = deepest = 0
    for sign in line:
        depth += (sign in "[{") - (sign in "]}")
        deepest = max(deepest, depth)
    return deepest


def _parquet_rows(path: Path, blank: Row) -> Iterator[Line]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=PAGE_ROWS):
            yield from ({**blank, **row} for row in batch.to_pylist())


READERS: Mapping[str, Callable[[Path, Row], Iterator[Line]]] = {
    ".csv": _csv_rows,
    ".jsonl": _jsonl_rows,
    ".parquet": _parquet_rows,
}


def fields_of(path: Path) -> dict[str, FieldType]:
    """Return the columns of a file with the types that hold all their values."""
    ending = path.suffix.lower()
    if ending == ".parquet":
        return {field.name: _arrow_type(field.type) for field in pq.read_schema(path)}
    if ending == ".csv":
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            header = next(csv.reader(_noting(file, [])), [])
        twice = [name for name, times in Counter(header).items() if times > 1]
        if twice:
            raise PermanentFault(f"{path.name} has two columns {twice[0]}; one would hide the other")
        return dict.fromkeys(header, FieldType.TEXT)
    types: dict[str, FieldType | None] = {}
    for row in _jsonl_rows(path, {}):
        if not isinstance(row, BadRow):
            widen(types, row)
    return settled(types)


def widen(types: dict[str, FieldType | None], row: Row) -> None:
    """Make the types of columns wide enough for a row; None stands for a column without a value so far."""
    for name, value in row.items():
        held, type_ = types.get(name), _json_type(value)
        types[name] = held if type_ is None else type_ if held is None else wider(held, type_)


def settled(types: Mapping[str, FieldType | None]) -> dict[str, FieldType]:
    """Return the types with text for columns that have no value."""
    return {name: type_ or FieldType.TEXT for name, type_ in types.items()}


def _json_type(value: Any) -> FieldType | None:
    match value:
        case None:
            return None
        case bool():
            return FieldType.BOOLEAN
        case int():
            return FieldType.BIGINT
        case float():
            return FieldType.DOUBLE
        case _:
            return FieldType.TEXT


def wider(one: FieldType, other: FieldType) -> FieldType:
    """Return the type that holds the values of both."""
    if one is other:
        return one
    numbers = {FieldType.BIGINT, FieldType.DOUBLE}
    return FieldType.DOUBLE if {one, other} <= numbers else FieldType.TEXT


def _arrow_type(type_: pa.DataType) -> FieldType:
    if pa.types.is_boolean(type_):
        return FieldType.BOOLEAN
    if pa.types.is_integer(type_):
        return FieldType.BIGINT
    return FieldType.DOUBLE if pa.types.is_floating(type_) else FieldType.TEXT
