"""Files into raw tables, by their ending, after a look whether the ending is true."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from resolution.domain.errors import UnreadableFile
from resolution.files.compression import is_packed, unpack, unpacked_name
from resolution.files.csv_files import read_csv
from resolution.files.jsonl_files import parse_object, read_jsonl
from resolution.files.parquet_files import read_parquet
from resolution.files.quarantine import create_quarantine
from resolution.files.tables import RawTable

_KIND_OF = {
    ".csv": "CSV",
    ".tsv": "CSV",
    ".psv": "CSV",
    ".txt": "CSV",
    ".jsonl": "JSONL",
    ".ndjson": "JSONL",
    ".json": "JSONL",
    ".parquet": "Parquet",
    ".pq": "Parquet",
}
_READERS: dict[str, Callable[..., RawTable]] = {
    "CSV": read_csv,
    "JSONL": read_jsonl,
    "Parquet": read_parquet,
}
_ENDING_OF = {"CSV": ".csv", "JSONL": ".jsonl", "Parquet": ".parquet"}
_GZIP_MARK = b"\x1f\x8b"
_MARKS = (
    (b"PAR1", "Parquet"),
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
    (_GZIP_MARK, "gzip-compressed"),
    (b"BZh", "bzip2-compressed"),
    (b"(\xb5/\xfd", "zstd-compressed"),
    (b"SQLite format 3", "an SQLite database"),
    (b"%PDF", "a PDF"),
    (b"ARROW1", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
    (b"<?xml", "XML"),
    (b"<!DOCTYPE", "HTML"),
    (b"<html", "HTML"),
)
_HEAD = 1 << 16  # bytes looked at


def read_files(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> list[RawTable]:
    """Read every file into a raw table `raw_<n>` of the connection.

    Rows that cannot be read are put into table `quarantine`, which is made anew.

    Raises:
        UnreadableFile: A file is missing, empty, or not what its ending says.
    """
    create_quarantine(connection)
    return [read_file(connection, path, table=f"raw_{place}") for place, path in enumerate(paths)]


def is_jsonl(path: Path) -> bool:
    """Return whether a file is JSON lines by its ending, of which an object may lack what others have."""
    return _KIND_OF.get(Path(unpacked_name(path)).suffix.lower()) == "JSONL"


def read_file(connection: duckdb.DuckDBPyConnection, path: Path, *, table: str) -> RawTable:
    """Read one file into a raw table; its unreadable rows go to table `quarantine`.

    Raises:
        UnreadableFile: The file is missing, empty, or not what its ending says.
    """
    kind = _kind(path)
    head = _head(path)
    if not is_packed(path):
        _check(path, head, kind)
        return _READERS[kind](connection, path, table=table)
    if not head.startswith(_GZIP_MARK):
        raise UnreadableFile(f"{path} ends in {path.suffix} but is not gzip-compressed. Rename it.")
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / unpacked_name(path)
        unpack(path, text)
        _check(path, _head(text, named=path), kind)
        try:
            return _READERS[kind](connection, path, table=table, text=text)
        except UnreadableFile as error:  # names the file that the user gave
            raise UnreadableFile(str(error).replace(str(text), str(path))) from error


def _check(path: Path, head: bytes, kind: str) -> None:
    found = _found(head)
    if found != kind and not (found == "text" and kind != "Parquet"):
        raise UnreadableFile(f"{path} ends in {path.suffix} but is {_advice(found)}")


def _kind(path: Path) -> str:
    if path.is_dir():
        raise UnreadableFile(f"{path} is a folder. Give the files in it.")
    if not path.exists():
        raise UnreadableFile(f"{path} does not exist. Check the name and the folder.")
    kind = _KIND_OF.get(Path(unpacked_name(path)).suffix.lower())
    if kind == "Parquet" and is_packed(path):
        raise UnreadableFile(
            f"{path}: Parquet is compressed inside. Unpack the file and give it as .parquet."
        )
    if kind is None:
        endings = ", ".join(_KIND_OF)
        raise UnreadableFile(
            f"{path}: the ending {path.suffix or '(none)'} does not say what it is. Use one of {endings};"
            " text may also be gzip-compressed, as in .csv.gz."
        )
    return kind


def _head(path: Path, *, named: Path | None = None) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be opened: {error.strerror}. Check its permissions.") from error
    if not head:
        raise UnreadableFile(f"{named or path} is empty. Give a file with at least one row.")
    return head


def _found(head: bytes) -> str:
    """Return what a file is by its first bytes: `Parquet`, `JSONL`, `text` (perhaps CSV) or another kind."""
    for mark, kind in _MARKS:
        if head.lower().startswith(mark.lower()):
            return kind
    lines = head.decode("utf-8-sig", "ignore").splitlines()
    first = next((line for line in lines if line.strip()), "")
    is_json = isinstance(parse_object(first), dict)
    is_cut = len(lines) <= 1 and len(head) == _HEAD and first.startswith('{"')
    return "JSONL" if is_json or is_cut else "text"


def _advice(found: str) -> str:
    if found in _ENDING_OF:
        return f"{found}. Rename it to end in {_ENDING_OF[found]}."
    if found == "text":
        return "text. Rename it to end in .csv or .jsonl, whichever it is."
    if found.endswith("compressed"):
        gzipped = " A name that ends in .csv.gz or .jsonl.gz is unpacked as it is read."
        return f"{found}. Unpack it first.{gzipped if found.startswith('gzip') else ''}"
    return f"{found}. Export the table as CSV, JSONL or Parquet."
