"""How a CSV file is written: delimiter, escape, header and where the rows begin."""

import contextlib
import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from resolution.files.header_rows import is_data

_DELIMITERS = (",", ";", "\t", "|", "\x1f", "\x01", "^", "~")
_SNIFFED = 1 << 16  # characters looked at
_COMPARED_ROWS = 200  # of them, in which a header would not look like what is below it
_LONGEST_HEADER = 1 << 22  # characters; a header that goes on longer has a quote that never closes


@dataclass(frozen=True, slots=True)
class Dialect:
    """A CSV file's manner. `first_line` is the physical line of the first row after the header.

    A file whose first row is data already has the header `column_1`, `column_2` and so on.
    """

    delimiter: str
    escape: str | None
    header: tuple[str, ...]
    first_line: int

    def parse(self, text: str) -> list[str] | None:
        """Return the fields of one record, None when its quotes do not close."""
        reader = csv.reader(
            [text],
            delimiter=self.delimiter,
            escapechar=self.escape,
            doublequote=self.escape is None,
            strict=True,
        )
        try:
            return next(reader, [])
        except csv.Error:
            return None

    def split(self, text: str) -> list[str]:
        """Return the fields of one line, quotes taken as letters."""
        return text.split(self.delimiter)


def sniff_dialect(path: Path) -> Dialect:
    """Return the manner of a UTF-8 file from its first lines."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        head = file.read(_SNIFFED)
    lines = list(io.StringIO(head, newline=""))
    complete = lines[:-1] if len(head) == _SNIFFED and len(lines) > 1 else lines
    told = next((line.strip() for line in complete if line.strip()), "")
    delimiter = told[4] if told.lower().startswith("sep=") and len(told) == len("sep=;") else None
    chosen = delimiter or _delimiter(complete, escape=None)
    escape = None
    text = "".join(complete)
    if '\\"' in head and _sound_records(text, chosen, "\\") > _sound_records(text, chosen, None):
        escape = "\\"
    rows = _rows(text, chosen, escape)[1 if delimiter else 0 :][:_COMPARED_ROWS]
    if rows and is_data(rows[0], rows[1:]):
        width = Counter(map(len, rows)).most_common(1)[0][0]
        names = tuple(f"column_{place}" for place in range(1, width + 1))
        return Dialect(chosen, escape, names, _first_filled(lines, skip_told=delimiter is not None))
    dialect = _with_header(path, chosen, escape=escape, skip_told=delimiter is not None)
    return replace(dialect, header=_fitting(dialect.header, rows[1:]))


def _first_filled(lines: Sequence[str], *, skip_told: bool) -> int:
    """Return the number of the first line that is not blank, one that tells the delimiter aside."""
    filled = (number for number, line in enumerate(lines, start=1) if line.strip())
    if skip_told:
        next(filled)
    return next(filled)


def _rows(text: str, delimiter: str, escape: str | None) -> list[list[str]]:
    """Return the records up to one that breaks the rules of quoting."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        escapechar=escape,
        doublequote=escape is None,
        strict=True,
    )
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        rows.extend(fields for fields in reader if fields)
    return rows


def _delimiter(lines: Sequence[str], *, escape: str | None) -> str:
    """Return the delimiter that parts most rows into as many fields as the header."""
    best = max(_DELIMITERS, key=lambda delimiter: _agreement(lines, delimiter, escape=escape))
    return best if _agreement(lines, best, escape=escape) > (0.0, 0) else ","


def _agreement(lines: Sequence[str], delimiter: str, *, escape: str | None) -> tuple[float, int]:
    reader = csv.reader(lines, delimiter=delimiter, escapechar=escape, doublequote=escape is None)
    try:
        counts = [len(fields) for fields in reader if fields]
    except csv.Error:
        return (0.0, 0)
    if not counts or counts[0] < 2:  # a header of one field tells nothing
        return (0.0, 0)
    usual = Counter(counts).most_common(1)[0][0]
    agreeing = sum(count == counts[0] for count in counts) / len(counts)
    return (round(agreeing, 1), usual)


def _sound_records(text: str, delimiter: str, escape: str | None) -> int:
    """Return how many records are as wide as the first, up to one that breaks the rules of quoting."""
    widths = [len(fields) for fields in _rows(text, delimiter, escape)]
    return sum(width == widths[0] for width in widths)


def _with_header(path: Path, delimiter: str, *, escape: str | None, skip_told: bool) -> Dialect:
    bare = Dialect(delimiter, escape, (), 1)
    text, line_number, is_told = "", 0, skip_told
    with path.open(encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        for line in file:
            line_number += 1
            if not text and not line.strip():
                continue
            if is_told:
                is_told = False
                continue
            text += line
            fields = bare.parse(text)
            if fields is not None:
                return Dialect(delimiter, escape, _clean(fields), line_number + 1)
            if len(text) > _LONGEST_HEADER:
                break
    first, *_ = text.splitlines() or [""]
    return Dialect(delimiter, escape, _clean(bare.split(first)), 2)


def _clean(fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(name.replace("\x00", "").split()) for name in fields)


def _fitting(names: tuple[str, ...], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Drop blank names from the end, as delimiters at the ends of lines make them, if more rows fit then."""
    named = max((place for place, name in enumerate(names, start=1) if name), default=1)

    def misfits(width: int) -> int:
        return sum(len(row) < width or any(cell.strip() for cell in row[width:]) for row in rows)

    return names[: min((named, len(names)), key=misfits)]
