import csv
import io
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.files.csv_records import Record, read_records, sift
from resolution.files.dialects import Dialect

COMMA = Dialect(",", None, ("id", "name"), 2)


def records(tmp_path: Path, text: str) -> list[Record]:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return list(read_records(path, COMMA))


def test_quoted_cells_may_hold_delimiters_quotes_and_newlines(tmp_path: Path) -> None:
    found = records(tmp_path, 'id,name\n1,"Lee, ""Ann""\nMay"\n2,Bob\n')

    assert found == [Record(2, ("1", 'Lee, "Ann"\nMay')), Record(4, ("2", "Bob"))]


def test_a_stray_quote_costs_no_other_row(tmp_path: Path) -> None:
    found = records(tmp_path, 'id,name\n1,"Ann\n2,Bob\n3,5" pipe\n4,"Dora"\n')

    assert [record.fields for record in found] == [
        ("1", '"Ann'),
        ("2", "Bob"),
        ("3", '5" pipe'),
        ("4", "Dora"),
    ]


def test_a_ragged_row_is_a_fault_with_its_line(tmp_path: Path) -> None:
    found = records(tmp_path, "id,name\n1,Ann,more\n2\n3,Cy\n")

    assert [(record.line, record.fault) for record in found] == [
        (2, "3 fields where the header has 2"),
        (3, "1 fields where the header has 2"),
        (4, None),
    ]


def test_blank_fields_behind_the_last_column_are_dropped(tmp_path: Path) -> None:
    assert records(tmp_path, "id,name\n1,Ann,,\n") == [Record(2, ("1", "Ann"))]


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    assert [record.line for record in records(tmp_path, "id,name\n\n1,Ann\n  \n2,Bob\n\n")] == [3, 5]


def test_bytes_outside_the_encoding_are_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,name\n1,M\xfcller\n2,Bob\n")

    found = list(read_records(path, COMMA))

    assert [record.fault is None for record in found] == [False, True]


def test_sifting_parts_sound_records_from_faulty_ones(tmp_path: Path) -> None:
    path, sink = tmp_path / "a.csv", io.StringIO()
    path.write_text('id,name\n1,Ann\n2\n3,"x\ny"\n4,M"r\n', encoding="utf-8")

    parted = sift(path, sink, COMMA)

    assert parted is not None
    lines, faulty = parted
    assert lines == [2, 4, 6]
    assert [record.line for record in faulty] == [3]
    assert list(csv.reader(io.StringIO(sink.getvalue()))) == [["1", "Ann"], ["3", "x\ny"], ["4", 'M"r']]


def test_a_carriage_return_in_a_cell_cannot_be_sifted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,name\n1,"a\r"\n', encoding="utf-8", newline="")

    assert sift(path, io.StringIO(), COMMA) is None


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 99).map(str), CELLS), min_size=1, max_size=12))
def test_what_csv_writes_is_read_back(rows: list[tuple[str, str]], tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "name"), *rows])

    assert [record.fields for record in read_records(path, COMMA)] == rows
