"""CSV into a raw table: by DuckDB's parallel reader where the file is sound, else record by record."""

import csv
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from resolution.domain.errors import UnreadableFile
from resolution.files.csv_records import Record, read_records, sift
from resolution.files.dialects import Dialect, sniff_dialect
from resolution.files.encodings import TextScan, scan_text, write_utf8
from resolution.files.quarantine import QuarantinedRow, add_to_quarantine, row_as_json
from resolution.files.row_writer import RowWriter
from resolution.files.tables import RawTable, literal, quote, unique_columns, unless_blank


def read_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, *, table: str, text: Path | None = None
) -> RawTable:
    """Read a CSV file of any usual delimiter and encoding; `text` is where it stands if it was unpacked.

    Raises:
        UnreadableFile: The file is empty, is no text, or no row fits its header.
    """
    text = text or path
    scan = scan_text(text)
    with tempfile.TemporaryDirectory() as folder:
        if scan.encoding not in {"utf-8", "utf-8-sig"}:
            plain = Path(folder) / "utf8.csv"
            write_utf8(text, plain, encoding=scan.encoding)
            text, scan = plain, scan_text(plain)
        csv.field_size_limit(sys.maxsize)  # the default refuses cells over 128 KB
        dialect = sniff_dialect(text)
        counts = None
        if scan.is_clean and not scan.has_lone_cr:
            counts = _read_sound(connection, text, dialect, scan=scan, table=table)
        if counts is None:
            sifted = Path(folder) / "sifted.csv"
            counts = _read_sifted(connection, text, sifted, dialect=dialect, table=table, name=path.name)
        if counts is None:
            counts = _read_carefully(connection, text, dialect, table=table, name=path.name)
    rows, quarantined, names = counts
    if rows == 0:
        raise UnreadableFile(_without_rows(path, dialect, quarantined))
    return RawTable(table, path, names, rows=rows, quarantined=quarantined)


_Counts = tuple[int, int, tuple[str, ...]]


def _without_rows(path: Path, dialect: Dialect, quarantined: int) -> str:
    if not quarantined:
        return f"{path} has a header but no rows. Export it again."
    return (
        f"{path}: none of its {quarantined} rows has the {len(dialect.header)} fields of the header"
        f" (read with the delimiter {dialect.delimiter!r}). Check that the first line is the header."
    )


def _read_sound(
    connection: duckdb.DuckDBPyConnection, path: Path, dialect: Dialect, *, scan: TextScan, table: str
) -> _Counts | None:
    """Read a sound file at once; None when anything about it is not plain."""
    names = unique_columns(list(dialect.header))
    try:
        _scan_csv(connection, path, dialect, names=names, table=table)
        rows = _count_lines(connection, table, names, scan=scan, dialect=dialect)
    except duckdb.Error:
        rows = None  # sifting finds the rows at fault
    return None if rows is None else (rows, 0, tuple(names))


def _scan_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, dialect: Dialect, *, names: list[str], table: str
) -> None:
    """Make the raw table with DuckDB's reader; `_line` counts as if no cell held a newline."""
    typed = ", ".join(f"{literal(f'c{place}')}: 'varchar'" for place in range(len(names)))
    cells = ", ".join(f"{unless_blank(f'c{place}')} as {quote(name)}" for place, name in enumerate(names))
    connection.execute(
        f"create or replace table {table} as select {cells},"
        f" row_number() over () + {dialect.first_line - 1} as _line"
        f" from read_csv({literal(str(path))}, auto_detect = false, header = false,"
        f" skip = {dialect.first_line - 1}, delim = {literal(dialect.delimiter)}, quote = '\"',"
        f" escape = {literal(dialect.escape or chr(34))}, columns = {{{typed}}},"
        " strict_mode = true, null_padding = false)"
    )


def _read_sifted(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    sifted: Path,
    *,
    dialect: Dialect,
    table: str,
    name: str,
) -> _Counts | None:
    """Part the faulty rows from the sound ones and read these at once; None when that fails too."""
    names = unique_columns(list(dialect.header))
    with sifted.open("w", encoding="utf-8", newline="") as sink:
        parted = sift(path, sink, dialect)
    if parted is None:
        return None
    lines, faulty = parted
    try:
        _scan_csv(connection, sifted, replace(dialect, escape=None, first_line=1), names=names, table=table)
        found = connection.execute(f"select count(*) from {table}").fetchone()
    except duckdb.Error:
        return None  # the careful way takes what DuckDB's reader does not, such as a line of many megabytes
    if not found or found[0] != len(lines):
        return None
    connection.register("_sifted_lines", pa.table({"line": pa.array(lines, pa.int64())}))
    connection.execute(
        f"create or replace table {table} as"
        f" select * exclude (_line, line), line as _line from {table} positional join _sifted_lines"
    )
    connection.unregister("_sifted_lines")
    add_to_quarantine(connection, [_quarantined(record, tuple(names), file=name) for record in faulty])
    return len(lines), len(faulty), tuple(names)


def _count_lines(
    connection: duckdb.DuckDBPyConnection, table: str, names: list[str], *, scan: TextScan, dialect: Dialect
) -> int | None:
    """Return the rows, their `_line` right; None when they do not account for the file's lines."""
    found = connection.execute(f"select count(*) from {table}").fetchone()
    rows = int(found[0]) if found else 0
    if rows == scan.newlines - dialect.first_line + 1:
        return rows
    newlines = " + ".join(
        f"coalesce(len({quote(name)}) - len(replace({quote(name)}, chr(10), '')), 0)" for name in names
    )
    inside = connection.execute(f"select sum({newlines}) from {table}").fetchone()
    if not inside or rows + int(inside[0] or 0) != scan.newlines - dialect.first_line + 1:
        return None
    connection.execute(
        f"create or replace table {table} as select * replace (_line + coalesce(sum({newlines}) over"
        " (order by _line rows between unbounded preceding and 1 preceding), 0)::bigint as _line)"
        f" from {table}"
    )
    return rows


def _read_carefully(
    connection: duckdb.DuckDBPyConnection, path: Path, dialect: Dialect, *, table: str, name: str
) -> _Counts:
    names = tuple(unique_columns(list(dialect.header)))
    writer = RowWriter(connection, table)
    writer.add_columns(names)
    for record in read_records(path, dialect):
        if record.fault is None:
            writer.add(record.line, dict(zip(names, record.fields, strict=True)))
        else:
            writer.add_faulty(_quarantined(record, names, file=name))
    writer.close()
    return writer.rows, writer.quarantined, names


def _quarantined(record: Record, names: tuple[str, ...], *, file: str) -> QuarantinedRow:
    row: dict[str, object] = dict(zip(names, record.fields, strict=False))
    if len(record.fields) > len(names):
        row["(further fields)"] = list(record.fields[len(names) :])
    return QuarantinedRow(file, record.line, None, record.fault or "", row_as_json(row))
