"""Folders of CSV, JSONL and Parquet files: new and changed ones are read, and no other is opened.

A file counts as changed by size and time, and where only the time differs, by its content. What went with
a removed or shortened file shows in the keys, so `deletes: reconcile` finds it. Keys and sample of a text
file come from its index; of a Parquet file, from the columns and rows that are needed.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.connectors.file_index import INDEX_FOLDER, FileIndex, FileIndexes, file_state
from pipelines.connectors.file_lines import PAGE_ROWS, READERS, Line, fields_of, wider
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

ENDINGS = tuple(READERS)
TEXTS = (".csv", ".jsonl")
T = TypeVar("T")


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
        self._indexes = {
            declared.name: FileIndexes(home / INDEX_FOLDER / settings.folder / declared.name, declared.keys)
            for declared in settings.objects
        }

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
        files = self._files(declared)
        self._indexes[declared.name].keep_only(files)
        try:
            found = [self._fields(declared.name, path) for path in files]
        except PermanentFault as error:  # the other objects can be read
            return Undiscovered(declared.name, str(error))
        for name, type_ in (item for fields in found for item in fields.items()):
            types[name] = wider(types.get(name, type_), type_)
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
        names = {path: path.relative_to(self._folder).as_posix() for path in files}
        seen = {name: state for name, state in seen.items() if name in set(names.values())}
        for path, name in names.items():
            state = file_state(path, seen.get(name))
            is_changed = state["hash"] != seen.get(name, {}).get("hash")
            if is_changed:
                yield from _pages(self._rows(path, object_))
            if state != seen.get(name):
                seen = {**seen, name: state}
                yield Page((), cursor={"files": seen})

    def keys(self, object_: SourceObject) -> Iterator[Sequence[KeyValues]]:
        """Yield the keys in all files."""
        for path in self._files(self._objects[object_.name]):
            yield self._keys(object_, path)

    def _keys(self, object_: SourceObject, path: Path) -> Sequence[KeyValues]:
        if path.suffix.lower() in TEXTS:
            return self._index(object_.name, path).keys
        columns = _asked(path, lambda: pq.read_table(path, columns=list(object_.keys)))
        blank = [None] * columns.num_rows
        names = set(columns.column_names)
        return list(
            zip(*(columns[key].to_pylist() if key in names else blank for key in object_.keys), strict=True)
        )

    def count(self, object_: SourceObject) -> int:
        """Count the distinct keys in all files, for a record may stand in several, and what is no row.

        So that keys are not taken for all there are while some line, whose key nobody knows, cannot be read.
        """
        texts = [path for path in self._files(self._objects[object_.name]) if path.suffix.lower() in TEXTS]
        unread = sum(self._index(object_.name, path).unread for path in texts)
        return len({key for keys in self.keys(object_) for key in keys}) + unread

    def sample(self, object_: SourceObject, size: int) -> Page:
        """Return rows at even distances, more of larger files; of a record in several, the one read last."""
        files = self._files(self._objects[object_.name])
        keys = {path: self._keys(object_, path) for path in files}
        total = sum(map(len, keys.values()))
        rows: list[Row] = []
        later: set[KeyValues] = set()
        for path in reversed(files):
            blank = dict.fromkeys(self._later_columns(path, object_))
            quota = -(-size * len(keys[path]) // max(1, total))
            chosen = self._chosen(object_, path, quota, keys=keys[path])
            rows += [{**blank, **row} for key, row in chosen if key not in later]
            later.update(keys[path])
        return Page(rows)

    def _chosen(
        self, object_: SourceObject, path: Path, quota: int, *, keys: Sequence[KeyValues]
    ) -> list[tuple[KeyValues, Row]]:
        if path.suffix.lower() in TEXTS:
            found = self._index(object_.name, path).sample
            found = found[:: max(1, -(-len(found) // quota))] if quota else []
            return [(tuple(row.get(key) for key in object_.keys), row) for row in found]
        last = {key: number for number, key in enumerate(keys)}
        numbers = (
            [n for n in range(0, len(keys), max(1, -(-len(keys) // quota))) if last[keys[n]] == n]
            if quota
            else []
        )
        rows = _asked(path, lambda: pq.read_table(path).take(pa.array(numbers, pa.int64())).to_pylist())
        return [(keys[number], row) for number, row in zip(numbers, rows, strict=True)]

    def _fields(self, name: str, path: Path) -> Mapping[str, FieldType]:
        if path.suffix.lower() in TEXTS:
            return self._index(name, path).fields
        return _asked(path, lambda: fields_of(path))

    def _index(self, name: str, path: Path) -> FileIndex:
        return _asked(path, lambda: self._indexes[name].of(path))

    def _rows(self, path: Path, object_: SourceObject) -> Iterator[Line]:
        lines = READERS[path.suffix.lower()](path, dict.fromkeys(self._later_columns(path, object_)))
        while (line := _asked(path, lambda: next(lines, None))) is not None:
            yield line

    def _later_columns(self, path: Path, object_: SourceObject) -> set[str]:
        """Return columns that are empty in this file: JSON lines may leave any out, tables only new ones.

        A table without a column that an earlier file had has lost it, and its rows say so.
        """
        columns = {field.name for field in object_.fields}
        if path.suffix.lower() == ".jsonl":
            return columns
        files = self._files(self._objects[object_.name])
        return columns.difference(*(self._fields(object_.name, f) for f in files[: files.index(path) + 1]))

    def _files(self, declared: FilesObject) -> list[Path]:
        found = sorted(path for path in self._folder.glob(declared.files) if path.is_file())
        strange = [path.name for path in found if path.suffix.lower() not in ENDINGS]
        if strange:
            raise PermanentFault(f"{strange[0]} is none of {', '.join(ENDINGS)}; narrow `files`")
        return found


def _asked(path: Path, question: Callable[[], T]) -> T:
    """Return what a file answers, its faults as those of a source."""
    try:
        return question()
    except FileNotFoundError as error:
        raise TransientFault(f"{path.name} went away while it was read") from error
    except (pa.ArrowInvalid, csv.Error) as error:
        raise PermanentFault(f"{path.name} is not what its ending says: {error}") from error


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
