"""JSON lines into a raw table: one object per line, numbers kept as they are written."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from resolution.domain.errors import UnreadableFile
from resolution.files.encodings import scan_text, write_utf8
from resolution.files.flat_jsonl import read_flat_jsonl
from resolution.files.flattening import flatten
from resolution.files.quarantine import QuarantinedRow, row_as_json
from resolution.files.row_writer import RowWriter
from resolution.files.tables import RawTable


def read_jsonl(
    connection: duckdb.DuckDBPyConnection, path: Path, *, table: str, text: Path | None = None
) -> RawTable:
    """Read a file of one JSON object per line; `text` is where it stands if it was unpacked.

    Raises:
        UnreadableFile: The file is empty, is no text, or holds no JSON object.
    """
    text = text or path
    scan = scan_text(text)
    if scan.is_clean and scan.encoding == "utf-8":
        flat = read_flat_jsonl(connection, text, table=table, lines=scan.newlines)
        if flat is not None:
            return replace(flat, path=path)
    writer = RowWriter(connection, table)
    with tempfile.TemporaryDirectory() as folder:
        if scan.encoding not in {"utf-8", "utf-8-sig"}:
            plain = Path(folder) / "utf8.jsonl"
            write_utf8(text, plain, encoding=scan.encoding)
            text = plain
        for line, row in _rows(text):
            if isinstance(row, str):
                writer.add_faulty(row_of(path, line, row))
            else:
                _add(writer, line, row, file=path.name)
    writer.close()
    if writer.rows == 0:
        raise UnreadableFile(
            f"{path} holds no JSON object on any line. JSONL is one object per line; give another kind of"
            " file its own ending (.csv, .parquet)."
        )
    return RawTable(
        table,
        path,
        writer.columns,
        writer.list_columns,
        rows=writer.rows,
        quarantined=writer.quarantined,
    )


def row_of(path: Path, line: int, text: str) -> QuarantinedRow:
    """Return the quarantined form of a line that is no JSON object."""
    try:
        text.encode()
    except UnicodeEncodeError:
        reason = "not text: bytes that do not belong to the file's encoding"
    else:
        reason = "malformed JSON: the line is not one JSON object"
    return QuarantinedRow(path.name, line, None, reason, row_as_json({"text": text}))


def _add(writer: RowWriter, line: int, row: dict[str, object], *, file: str) -> None:
    cells = flatten(row)
    try:
        row_text = row_as_json(row)
        for name, cell in cells.items():
            (name + "".join(cell)).encode()
    except UnicodeEncodeError:
        reason = "not text: half of a surrogate pair"
        writer.add_faulty(QuarantinedRow(file, line, None, reason, row_text))
    else:
        writer.add(line, cells)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, object] | str]]:
    """Yield line number and object, or the line's text where it is no object."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield number, parse_object(line)


def parse_object(line: str) -> dict[str, object] | str:
    """Return the JSON object of a line, or the line itself when it holds none."""
    try:
        line.encode()
        row = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return line.rstrip("\r\n")
    return row if isinstance(row, dict) else line.rstrip("\r\n")
