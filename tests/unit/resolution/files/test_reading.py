import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from resolution.domain.errors import UnreadableFile
from resolution.files.reading import read_files


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.parquet", b"id,name\n1,Ann\n", "ends in .parquet but is text"),
        ("a.parquet", b'{"id": 1}\n', "but is JSONL. Rename it to end in .jsonl"),
        ("a.csv", b"PAR1xxxx", "but is Parquet. Rename it to end in .parquet"),
        ("a.csv", b'{"id": 1}\n{"id": 2}\n', "but is JSONL"),
        ("a.csv", b"PK\x03\x04", "zip archive or an Excel workbook"),
        ("a.csv", b"\x1f\x8b\x08", "Unpack it first"),
        ("a.csv", b"<!doctype html><p>", "but is HTML"),
        ("a.jsonl", b"id,name\n1,Ann\n", "holds no JSON object"),
        ("a.jsonl", b"PAR1xxxx", "but is Parquet"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b" \n\n", "is empty"),
        ("a.jsonl", b"\n", "is empty"),
        ("a.parquet", b"", "is empty"),
        ("a.csv.gz", b"id,name\n1,Ann\n", "is not gzip-compressed"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("a.csv.gz", gzip.compress(b" \n\n", mtime=0), "is empty"),
        ("a.csv.gz", gzip.compress(b"PAR1xxxx", mtime=0), "but is Parquet"),
        ("a.jsonl.gz", gzip.compress(b"id,name\n1,Ann\n", mtime=0), "holds no JSON object"),
        ("a.parquet.gz", gzip.compress(b"PAR1xxxx", mtime=0), "Unpack the file"),
        ("a.gz", gzip.compress(b"id\n1\n", mtime=0), "does not say"),
        ("a.xlsx", b"PK\x03\x04", "ending .xlsx does not say"),
        ("a", b"id\n1\n", "ending (none) does not say"),
    ],
)
def test_a_file_that_is_not_what_it_says_gets_one_clear_message(  # type: ignore[no-untyped-def]
    connection, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(UnreadableFile) as error:
        read_files(connection, [path])

    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_missing_files_and_folders_are_named(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UnreadableFile, match="does not exist"):
        read_files(connection, [tmp_path / "a.csv"])
    with pytest.raises(UnreadableFile, match="is a folder"):
        read_files(connection, [tmp_path])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("a.csv", "id,name\n1,Ann\n2,Bo,3\n", id="csv"),
        pytest.param("a.csv", "id;name\n1;Zo\u00eb\n2;Bo;3\n", id="csv-in-another-encoding"),
        pytest.param("a.jsonl", '{"id": "1", "name": "Ann"}\n', id="flat-jsonl"),
        pytest.param("a.jsonl", '{"id": 1, "name": {"first": "Ann"}}\n{"id\n', id="nested-jsonl"),
    ],
)
def test_a_packed_file_is_read_as_what_it_holds(connection, tmp_path: Path, name: str, content: str) -> None:  # type: ignore[no-untyped-def]
    plain, packed = tmp_path / name, tmp_path / f"{name}.gz"
    plain.write_bytes(content.encode("cp1252"))
    packed.write_bytes(gzip.compress(plain.read_bytes()))

    one, other = read_files(connection, [plain, packed])

    assert connection.table(one.name).fetchall() == connection.table(other.name).fetchall()
    assert replace(other, name=one.name, path=one.path) == one
    assert other.path == packed
    files = connection.execute("select file from quarantine order by file").fetchall()
    assert files == [(plain.name,)] * one.quarantined + [(packed.name,)] * one.quarantined


def test_several_files_of_several_kinds_are_read(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a.TSV").write_text("id\tname\n1\tAnn\n")
    (tmp_path / "b.ndjson").write_text('{"id": "2"}\n')
    connection.execute(f"copy (select 3 as id) to '{tmp_path / 'c.pq'}' (format parquet)")

    tables = read_files(connection, [tmp_path / name for name in ("a.TSV", "b.ndjson", "c.pq")])

    assert [table.name for table in tables] == ["raw_0", "raw_1", "raw_2"]
    assert [connection.table(table.name).project("id").fetchall() for table in tables] == [
        [("1",)],
        [("2",)],
        [("3",)],
    ]
