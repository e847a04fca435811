"""What is known of a text file without reading it again: its columns, its keys, and rows for a proof.

One index for each file, beside the warehouse, made when the file is first seen and again when it has
changed. It holds nothing that the file does not: without it, the file is read.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.connectors.file_lines import READERS, fields_of, settled, widen
from pipelines.connectors.port import BadRow, FieldType, KeyValues, Row

INDEX_FOLDER = "file_index"
SAMPLE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class FileIndex:
    """A file as it was at `state`: the `keys` of its rows in order, a `sample` by even distances.

    `unread` counts its lines that are no row.
    """

    state: Mapping[str, Any]
    fields: Mapping[str, FieldType]
    keys: Sequence[KeyValues]
    sample: Sequence[Row]
    unread: int


def file_state(path: Path, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return size, time and hash of a file; where size and time are as before, so is the hash."""
    stat = path.stat()
    state = {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    if before is not None and state.items() <= before.items():
        return dict(before)
    with path.open("rb") as file:
        return {**state, "hash": hashlib.file_digest(file, "sha256").hexdigest()}


class FileIndexes:
    """The indexes of the files of one object, kept in a folder."""

    def __init__(self, folder: Path, keys: Sequence[str]) -> None:
        self._folder = folder
        self._keys = tuple(keys)
        self._known: dict[Path, FileIndex] = {}

    def of(self, path: Path) -> FileIndex:
        """Return the index of a CSV or JSONL file as it is now."""
        known = self._known.get(path) or self._stored(path)
        state = file_state(path, known.state if known else None)
        if known is None or known.state["hash"] != state["hash"]:
            known = _indexed(path, self._keys, state)
            self._store(path, known)
        self._known[path] = known
        return known

    def keep_only(self, paths: Iterable[Path]) -> None:
        """Remove the indexes of files that are gone."""
        wanted = {self._place(path) for path in paths}
        for place in self._folder.glob("*.json"):
            if place not in wanted:
                place.unlink(missing_ok=True)

    def _place(self, path: Path) -> Path:
        name = json.dumps([str(path), self._keys])
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.json"

    def _stored(self, path: Path) -> FileIndex | None:
        try:
            held = json.loads(self._place(path).read_text(encoding="ascii"))
            fields = {name: FieldType(type_) for name, type_ in held["fields"].items()}
            keys = [tuple(key) for key in held["keys"]]
            return FileIndex(held["state"], fields, keys, held["sample"], held["unread"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):  # none, or cut off by a crash
            return None

    def _store(self, path: Path, index: FileIndex) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        place = self._place(path)
        new = place.with_suffix(".new")
        new.write_text(json.dumps(asdict(index)), encoding="ascii")  # surrogates are escaped
        new.replace(place)


def _indexed(path: Path, keys: Sequence[str], state: Mapping[str, Any]) -> FileIndex:
    ending = path.suffix.lower()
    types: dict[str, FieldType | None] = {}
    found: list[KeyValues] = []
    kept: dict[int, Row] = {}
    stride = 1
    unread = 0
    for row in READERS[ending](path, {}):
        if isinstance(row, BadRow):
            unread += 1
            continue
        if ending == ".jsonl":
            widen(types, row)
        if len(found) % stride == 0:
            kept[len(found)] = row
        if len(kept) > 2 * SAMPLE_ROWS:
            stride *= 2
            kept = {number: held for number, held in kept.items() if number % stride == 0}
        found.append(tuple(_hashable(row.get(key)) for key in keys))
    last = {key: number for number, key in enumerate(found)}
    sample = [row for number, row in kept.items() if last[found[number]] == number]
    fields = settled(types) if ending == ".jsonl" else fields_of(path)
    return FileIndex(state, fields, found, sample, unread)


def _hashable(value: Any) -> Any:
    return json.dumps(value, sort_keys=True, ensure_ascii=False) if isinstance(value, list | dict) else value
