"""The careful way through a CSV file: record by record, so that a fault costs one row only.

A quote that never closes would swallow the rest of a file; here a record whose quotes do not close
within reach is read as one physical line with the quote as a letter.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from resolution.files.dialects import Dialect

_MOST_TRIES = 40  # closings tried for one opened quote
_MOST_LINES = 200_000  # physical lines that one record may span
_MOST_CHARACTERS = 1 << 27  # of one record


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its first physical line and its fields, or why it cannot be used."""

    line: int
    fields: tuple[str, ...]
    fault: str | None = None


class _Lines:
    """The physical lines of a file, with a way back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._returned: list[str] = []

    def take(self) -> str | None:
        return self._returned.pop() if self._returned else next(self._lines, None)

    def put_back(self, lines: list[str]) -> None:
        self._returned.extend(reversed(lines))


def read_records(path: Path, dialect: Dialect) -> Iterator[Record]:
    """Yield every record of a UTF-8 file after its header, blank lines left out."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = _rows_of(file, dialect)
        number = dialect.first_line
        while (text := lines.take()) is not None:
            used, fields = _record(text, lines, dialect)
            if fields:
                yield _checked(number, fields, dialect)
            number += used


def sift(path: Path, sink: TextIO, dialect: Dialect) -> tuple[list[int], list[Record]] | None:
    """Write the sound records of a UTF-8 file to another; return their lines, and the faulty records.

    What is written has no header, no blank lines, quotes only where a field needs them, doubled, and
    line ends of one kind. None when a field holds a carriage return: DuckDB 1.5 drops one that ends a
    quoted field, so such a file must be read otherwise.
    """
    sound: list[int] = []
    faulty: list[Record] = []
    writer = csv.writer(sink, delimiter=dialect.delimiter, lineterminator="\n")
    special = tuple(mark for mark in ('"', dialect.escape) if mark)
    delimiters = len(dialect.header) - 1
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = _rows_of(file, dialect)
        number = dialect.first_line
        while (text := lines.take()) is not None:
            # Most lines of most files: no quote, as many fields as the header. They pass unparsed.
            is_plain = delimiters > 0 and text.count(dialect.delimiter) == delimiters and text.isascii()
            if is_plain and not any(mark in text for mark in special):
                sink.write(text.rstrip("\r\n") + "\n")
                sound.append(number)
                number += 1
                continue
            used, fields = _record(text, lines, dialect)
            record = _checked(number, fields, dialect)
            if "\r" in "".join(fields):
                return None
            if fields and record.fault is None:
                writer.writerow(record.fields)
                sound.append(number)
            elif record.fault is not None:
                faulty.append(record)
            number += used
    return sound, faulty


def _rows_of(file: Iterable[str], dialect: Dialect) -> "_Lines":
    lines = _Lines(iter(file))
    for _ in range(dialect.first_line - 1):
        lines.take()
    return lines


def _record(text: str, lines: _Lines, dialect: Dialect) -> tuple[int, list[str]]:
    """Return how many physical lines the record spans, and its fields; none for a blank line."""
    bare = text.rstrip("\r\n")
    if '"' not in bare and (dialect.escape is None or dialect.escape not in bare):
        return 1, dialect.split(bare) if bare.strip() else []
    fields = dialect.parse(bare)
    if fields is not None:
        return 1, fields
    return _record_of_lines(text, lines, dialect)


def _record_of_lines(text: str, lines: _Lines, dialect: Dialect) -> tuple[int, list[str]]:
    """Go on until the quotes close on a row of the right width; else the line stands alone."""
    parts, size, tries = [text], len(text), 0
    taken: list[str] = []
    while tries < _MOST_TRIES and len(taken) < _MOST_LINES and size < _MOST_CHARACTERS:
        line = lines.take()
        if line is None:
            break
        parts.append(line)
        taken.append(line)
        size += len(line)
        if '"' not in line:
            continue
        tries += 1
        fields = dialect.parse("".join(parts).rstrip("\r\n"))
        if fields is not None and len(_trimmed(fields, dialect)) == len(dialect.header):
            return len(parts), fields
    lines.put_back(taken)
    return 1, dialect.split(text.rstrip("\r\n"))


def _trimmed(fields: list[str], dialect: Dialect) -> list[str]:
    """Drop blank fields behind the last column: a delimiter at the end of the line."""
    kept = len(fields)
    while kept > len(dialect.header) and not fields[kept - 1].strip():
        kept -= 1
    return fields[:kept]


def _checked(number: int, fields: list[str], dialect: Dialect) -> Record:
    kept = _trimmed(fields, dialect)
    fault = None
    if len(kept) != len(dialect.header):
        fault = f"{len(kept)} fields where the header has {len(dialect.header)}"
    elif any(not field.isascii() and _is_undecoded(field) for field in kept):
        fault = "not text: bytes that do not belong to the file's encoding"
    return Record(number, tuple(kept), fault)


def _is_undecoded(field: str) -> bool:
    try:
        field.encode()
    except UnicodeEncodeError:
        return True
    return False
