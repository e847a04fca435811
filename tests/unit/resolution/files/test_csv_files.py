import csv
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.domain.errors import UnreadableFile
from resolution.files.csv_files import read_csv
from resolution.files.quarantine import create_quarantine
from resolution.files.tables import BLANKS, RawTable


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    create_quarantine(connection)
    return connection


def read(connection: duckdb.DuckDBPyConnection, tmp_path: Path, content: str | bytes) -> RawTable:
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_csv(connection, path, table="raw_0")


def rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return connection.execute("select * exclude (_line), _line from raw_0 order by _line").fetchall()


def test_cells_are_text_as_they_stand_and_blanks_are_null(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table = read(connection, tmp_path, "id,zip,note\n1,00501, x \n2,, \n")

    assert rows(connection) == [("1", "00501", " x ", 2), ("2", None, None, 3)]
    assert (table.columns, table.rows, table.quarantined) == (("id", "zip", "note"), 2, 0)


def test_formulas_emoji_and_right_to_left_text_stay_text(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    cells = ["=cmd()", "+1", "@sum(A1)", "😀 Ann", "أحمد علي", "\u202eabc", "null", "NaN", "1e5", "true"]
    read(connection, tmp_path, "id,name\n" + "".join(f"{n},{cell}\n" for n, cell in enumerate(cells)))

    assert [row[1] for row in rows(connection)] == cells


def test_lines_are_right_where_cells_hold_newlines(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    read(connection, tmp_path, 'id,name\n1,"a\nb\nc"\n2,d\n3,"e\nf"\n4,g\n')

    assert [row[-1] for row in rows(connection)] == [2, 5, 6, 8]


def test_faulty_rows_are_quarantined_and_the_rest_goes_on(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table = read(
        connection, tmp_path, b'id,name\n1,Ann\n2,B\xfcb\n3,x,y\n4,\xc3\x9cli\n5,"Z\n6,\xc3\xa9ric\n'
    )

    assert [row[:2] for row in rows(connection)] == [("1", "Ann"), ("4", "Üli"), ("5", '"Z'), ("6", "éric")]
    assert (table.rows, table.quarantined) == (4, 2)
    assert connection.execute(
        "select file, line, reason, row_json from quarantine order by line"
    ).fetchall() == [
        (
            "a.csv",
            3,
            "not text: bytes that do not belong to the file's encoding",
            '{"id": "2", "name": "B\\udcfcb"}',
        ),
        (
            "a.csv",
            4,
            "3 fields where the header has 2",
            '{"id": "3", "name": "x", "(further fields)": ["y"]}',
        ),
    ]


def test_a_cell_of_ten_megabytes_is_read(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    read(connection, tmp_path, f'id,note\n1,{"x" * 10_000_000}\n2,"{"y" * 10_000_000}"\n3,z\n')

    assert connection.execute("select len(note) from raw_0 order by _line").fetchall() == [
        (10_000_000,),
        (10_000_000,),
        (1,),
    ]


def test_control_characters_are_kept(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    read(connection, tmp_path, "id,note\n1,a\x07b\x1b[0m\n2,c\x00d\n")

    assert [row[1] for row in rows(connection)] == ["a\x07b\x1b[0m", "c\x00d"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252", "latin-1"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_matter(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, encoding: str, newline: str
) -> None:
    text = newline.join(["id;name", "1;Jürgen", "2;Größe", "3;Ann"])

    read(connection, tmp_path, text.encode(encoding))

    assert rows(connection) == [("1", "Jürgen", 2), ("2", "Größe", 3), ("3", "Ann", 4)]


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with-a-mark"])
@pytest.mark.parametrize("fault", ["", "1,2,3,4\n"], ids=["sound", "faulty"])
def test_the_first_row_of_a_file_without_a_header_is_read(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, mark: str, fault: str
) -> None:
    table = read(connection, tmp_path, f"{mark}7,Lee,ann@lee.example\n8,Ek,bo@ek.example\n{fault}")

    assert table.columns == ("column_1", "column_2", "column_3")
    assert rows(connection) == [("7", "Lee", "ann@lee.example", 1), ("8", "Ek", "bo@ek.example", 2)]
    assert table.quarantined == (1 if fault else 0)


def test_a_header_without_rows_is_refused(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="has a header but no rows"):
        read(connection, tmp_path, "id,name\n")


def test_rows_that_never_fit_the_header_are_one_error(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile, match="none of its 2 rows"):
        read(connection, tmp_path, "id,name\n1,a,x\n2,b,y\n")


WILD = st.text(st.sampled_from('a1é😀,;"\n\r\t\x00\\ \x07ب='), max_size=12)


@settings(derandomize=True, max_examples=80, deadline=None)
@given(cells=st.lists(st.tuples(WILD, WILD), min_size=1, max_size=10))
def test_well_written_rows_are_all_read(cells: list[tuple[str, str]], tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(
            [("id", "a", "b"), *((n, *row) for n, row in enumerate(cells))]
        )
    connection = duckdb.connect()
    create_quarantine(connection)

    table = read_csv(connection, path, table="raw_0")

    wanted = [
        (str(n), *(cell if cell.strip(BLANKS) else None for cell in row)) for n, row in enumerate(cells)
    ]
    assert [row[:-1] for row in rows(connection)] == wanted
    assert (table.rows, table.quarantined) == (len(cells), 0)


@settings(derandomize=True, max_examples=80, deadline=None)
@given(
    lines=st.lists(
        st.text(st.sampled_from('ab,"\\ é\x00='), min_size=1, max_size=10), min_size=1, max_size=12
    )
)
def test_every_physical_row_is_read_or_quarantined_once(lines: list[str], tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_text("id,name\n0,sound\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    connection = duckdb.connect()
    create_quarantine(connection)

    table = read_csv(connection, path, table="raw_0")

    taken = Counter(
        line
        for (line,) in connection.execute(
            "select _line from raw_0 union all select line from quarantine"
        ).fetchall()
    )
    whole = {number for number, line in enumerate(lines, start=3) if '"' not in line and line.strip()}
    assert set(taken.values()) <= {1}
    assert table.rows + table.quarantined == sum(taken.values())
    assert whole - set(taken) <= _inside_records(connection, len(lines) + 2)


def _inside_records(connection: duckdb.DuckDBPyConnection, last: int) -> set[int]:
    """Lines that lie inside a record which holds newlines."""
    found = connection.execute("select _line, concat(id, name) from raw_0").fetchall()
    return {line + step for line, text in found for step in range(1, text.count("\n") + 1)} & set(
        range(last + 1)
    )
