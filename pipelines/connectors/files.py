"""Folders of CSV, JSONL and Parquet files: new and changed ones are read, row by row or batch by batch.

A file counts as changed by size and time, and where only the time differs, by its content. What went with
a removed or shortened file shows in the keys, so `deletes: reconcile` finds it.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.connectors.port import (
    BadRow,
    Connector,
    Cursor,
    Deletes,
    Field,
    FieldType,
    KeyValues,
    Page,
    Row,
    SourceObject,
    Undiscovered,
)
from pipelines.errors import PermanentFault, TransientFault

PAGE_ROWS = 20_000
ENDINGS = (".csv", ".jsonl", ".parquet")
DEEPEST = 200  # levels of nesting; what writes JSON again runs out of stack at about a thousand
Line: TypeAlias = Row | BadRow


@dataclass(frozen=True, slots=True)
class FilesObject:
    """What sources.yml declares of one object: the files that hold it, all of one form."""

    name: str
    files: str
    keys: tuple[str, ...]
    cursor: str | None = None
    deletes: Deletes = Deletes.NONE


@dataclass(frozen=True, slots=True)
class FilesSettings:
    """A folder and the objects in it."""

    folder: str
    objects: tuple[FilesObject, ...]


class FilesConnector(Connector):
    """Reads files of a folder; the cursor says what each file looked like when it was read."""

    def __init__(self, settings: FilesSettings, home: Path) -> None:
        self._folder = (home / settings.folder).resolve()
        self._objects = {declared.name: declared for declared in settings.objects}

    def check(self) -> None:
        """Look whether the folder is there."""
        if not self._folder.is_dir():
            raise TransientFault(
                f"the folder {self._folder.name} is not there; mount it, or correct `folder`"
            )

    def discover(self) -> tuple[SourceObject | Undiscovered, ...]:
        """Return each object with all the columns that its files have."""
        return tuple(self._discover(declared) for declared in self._objects.values())

    def _discover(self, declared: FilesObject) -> SourceObject | Undiscovered:
        types: dict[str, FieldType] = {}
        for path in self._files(declared):
            for name, type_ in _fields_of(path).items():
                held = types.setdefault(name, type_)
                types[name] = held if held is type_ else _wider(held, type_)
        needed = [*declared.keys, *([declared.cursor] if declared.cursor else [])]
        missing = [name for name in needed if name not in types]
        if missing:
            reason = f"no file {declared.files} has a column {', '.join(missing)}"
            return Undiscovered(declared.name, reason)
        fields = tuple(Field(name, type_) for name, type_ in types.items())
        return SourceObject(declared.name, fields, declared.keys, declared.cursor, None, declared.deletes)

    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        """Yield the rows of files that are new or changed; the cursor moves after each whole file."""
        seen: dict[str, Any] = dict((cursor or {}).get("files", {}))
        files = self._files(self._objects[object_.name])
        seen = {name: state for name, state in seen.items() if name in {p.name for p in files}}
        for path in files:
            state = _state(path, seen.get(path.name))
            is_changed = state["hash"] != seen.get(path.name, {}).get("hash")
            if is_changed:
                yield from _pages(self._rows(path, object_))
            if state != seen.get(path.name):
                seen = {**seen, path.name: state}
                yield Page((), cursor={"files": seen})

    def keys(self, object_: SourceObject) -> Iterator[Sequence[KeyValues]]:
        """Yield the keys in all files."""
        for path in self._files(self._objects[object_.name]):
            for page in _pages(self._rows(path, object_)):
                yield [tuple(row.get(key) for key in object_.keys) for row in page.changes]

    def count(self, object_: SourceObject) -> int:
        """Count the distinct keys in all files: a record may stand in several."""
        return len({key for keys in self.keys(object_) for key in keys})

    def sample(self, object_: SourceObject, size: int) -> Page:
        """Return rows at even distances; of a record in several files, the one read last."""
        rows: dict[KeyValues, Row] = {}
        for path in self._files(self._objects[object_.name]):
            for page in _pages(self._rows(path, object_)):
                rows.update({tuple(row.get(key) for key in object_.keys): row for row in page.changes})
        stride = max(1, -(-len(rows) // size))
        return Page(list(rows.values())[::stride])

    def _rows(self, path: Path, object_: SourceObject) -> Iterator[Line]:
        blank = dict.fromkeys(self._later_columns(path, object_))
        try:
            yield from READERS[path.suffix.lower()](path, blank)
        except FileNotFoundError as error:
            raise TransientFault(f"{path.name} went away while it was read") from error
        except (pa.ArrowInvalid, csv.Error) as error:
            raise PermanentFault(f"{path.name} is not what its ending says: {error}") from error

    def _later_columns(self, path: Path, object_: SourceObject) -> set[str]:
        """Return columns that are empty in this file: JSON lines may leave any out, tables only new ones.

        A table without a column that an earlier file had has lost it, and its rows say so.
        """
        columns = {field.name for field in object_.fields}
        if path.suffix.lower() == ".jsonl":
            return columns
        files = self._files(self._objects[object_.name])
        return columns.difference(*(_fields_of(file) for file in files[: files.index(path) + 1]))

    def _files(self, declared: FilesObject) -> list[Path]:
        found = sorted(path for path in self._folder.glob(declared.files) if path.is_file())
        strange = [path.name for path in found if path.suffix.lower() not in ENDINGS]
        if strange:
            raise PermanentFault(f"{strange[0]} is none of {', '.join(ENDINGS)}; narrow `files`")
        return found


def _state(path: Path, before: Mapping[str, Any] | None) -> dict[str, Any]:
    stat = path.stat()
    state = {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    if before is not None and state.items() <= before.items():
        return dict(before)
    with path.open("rb") as file:
        return {**state, "hash": hashlib.file_digest(file, "sha256").hexdigest()}


def _pages(lines: Iterator[Line]) -> Iterator[Page]:
    rows: list[Row] = []
    bad: list[BadRow] = []
    for line in lines:
        if isinstance(line, BadRow):
            bad.append(line)
        else:
            rows.append(line)
        if len(rows) + len(bad) >= PAGE_ROWS:
            yield Page(rows, bad=bad)
            rows, bad = [], []
    if rows or bad:
        yield Page(rows, bad=bad)


def _csv_rows(path: Path, blank: Row) -> Iterator[Line]:
    csv.field_size_limit(2**31 - 1)  # a field of ten megabytes is a long text, not a fault
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(_without_nul(file))
        header = next(reader, [])
        for number, values in enumerate(reader, start=2):
            if not values:
                continue
            if len(values) != len(header):
                raw = {"file": path.name, "line": number, "values": values}
                yield BadRow(raw, f"{path.name}:{number}: {len(values)} values under {len(header)} columns")
                continue
            yield {**blank, **{name: value or None for name, value in zip(header, values, strict=True)}}


def _without_nul(lines: Iterator[str]) -> Iterator[str]:
    return (line.replace("\0", "\ufffd") for line in lines)


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


def _fields_of(path: Path) -> dict[str, FieldType]:
    ending = path.suffix.lower()
    if ending == ".parquet":
        return {field.name: _arrow_type(field.type) for field in pq.read_schema(path)}
    if ending == ".csv":
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            return dict.fromkeys(next(csv.reader(_without_nul(file)), []), FieldType.TEXT)
    types: dict[str, FieldType] = {}
    for row in _jsonl_rows(path, {}):
        for name, value in {} if isinstance(row, BadRow) else row.items():
            type_ = _json_type(value)
            if type_ is not None:
                types[name] = _wider(types.get(name, type_), type_)
            elif name not in types:
                types.setdefault(name, FieldType.TEXT)
    return types


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


def _wider(one: FieldType, other: FieldType) -> FieldType:
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
