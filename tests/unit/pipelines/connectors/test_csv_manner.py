from pathlib import Path

import pytest

from pipelines.connectors.csv_manner import CsvManner, manner_of

TEXT = "id{0}name\n1{0}Zoë\n2{0}Bo\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_file_is_read_however_it_was_written(delimiter: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TEXT.format(delimiter).encode(encoding))

    manner = manner_of(path)

    with manner.open(path) as file:
        assert list(manner.reader(file)) == [["id", "name"], ["1", "Zoë"], ["2", "Bo"]]


def test_a_first_line_that_tells_the_delimiter_is_no_header(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sep=;\nid;name\n1;Ann\n", encoding="utf-8")

    assert manner_of(tmp_path / "a.csv") == CsvManner(delimiter=";", is_told=True)


@pytest.mark.parametrize("content", [b"", b"\n", b"\0" * 5_000, b"id\n"])
def test_what_tells_nothing_is_read_in_the_usual_manner(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)

    assert manner_of(tmp_path / "a.csv") == CsvManner()
