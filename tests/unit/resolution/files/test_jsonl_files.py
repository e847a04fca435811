import json
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.domain.errors import UnreadableFile
from resolution.files.jsonl_files import read_jsonl
from resolution.files.quarantine import create_quarantine
from resolution.files.tables import RawTable


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    create_quarantine(connection)
    return connection


def read(connection: duckdb.DuckDBPyConnection, tmp_path: Path, content: str | bytes) -> RawTable:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)
    return read_jsonl(connection, path, table="raw_0")


def test_columns_come_from_all_lines(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    table = read(connection, tmp_path, '{"id": 1, "a": "x"}\n\n{"id": 2, "b": {"c": true}}\n')

    found = connection.execute("select id, a, b_c, _line from raw_0 order by _line").fetchall()
    assert found == [("1", "x", None, 1), ("2", None, "true", 3)]
    assert table.columns == ("id", "a", "b_c")


def test_numbers_stay_as_they_are_written(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    read(connection, tmp_path, '{"id": 12345678901234567890123, "x": 1.10, "y": 1e5}\n')

    assert connection.execute("select id, x, y from raw_0").fetchall() == [
        ("12345678901234567890123", "1.10", "1e5")
    ]


def test_a_column_that_once_is_a_list_is_a_list_throughout(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table = read(connection, tmp_path, '{"e": "a"}\n{"e": ["b", "c"]}\n{"e": []}\n{"e": "d"}\n')

    assert connection.execute("select e from raw_0 order by _line").fetchall() == [
        (["a"],),
        (["b", "c"],),
        (None,),
        (["d"],),
    ]
    assert table.list_columns == {"e"}


def test_names_that_differ_in_case_are_one_column(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    table = read(connection, tmp_path, '{"Name": "a"}\n{"name": "b"}\n{"name": "c", "NAME": "d"}\n')

    assert table.columns == ("Name", "NAME_2")
    assert connection.execute("select * exclude _line from raw_0 order by _line").fetchall() == [
        ("a", None),
        ("b", None),
        ("c", "d"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": 1', "malformed JSON: the line is not one JSON object"),
        (b"[1, 2]", "malformed JSON: the line is not one JSON object"),
        (b'"text"', "malformed JSON: the line is not one JSON object"),
        (b'{"id": "M\xfcller"}', "not text: bytes that do not belong to the file's encoding"),
        (b'{"id": "\\ud800"}', "not text: half of a surrogate pair"),
        (b'{"a":' * 100_000, "malformed JSON: the line is not one JSON object"),
    ],
)
def test_a_faulty_line_is_quarantined_and_the_rest_goes_on(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, line: bytes, reason: str
) -> None:
    sound = '{"id": "Ünal"}\n'.encode()
    table = read(connection, tmp_path, sound + line + b"\n" + sound)

    assert (table.rows, table.quarantined) == (2, 1)
    assert connection.execute("select file, line, reason from quarantine").fetchall() == [
        ("a.jsonl", 2, reason)
    ]


def test_a_file_without_any_object_is_refused(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="holds no JSON object"):
        read(connection, tmp_path, "id,name\n1,Ann\n")


def test_other_encodings_are_read(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    read(connection, tmp_path, '{"name": "Jürgen"}\n'.encode("utf-16"))

    assert connection.execute("select name from raw_0").fetchall() == [("Jürgen",)]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@settings(derandomize=True, max_examples=50, deadline=None)
@given(
    lines=st.lists(st.dictionaries(st.text(max_size=4), VALUES, max_size=4) | st.just("{broken"), max_size=8)
)
def test_every_line_is_read_or_quarantined_once(lines: list[object], tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("jsonl") / "a.jsonl"
    text = [line if isinstance(line, str) else json.dumps(line) for line in ['{"sound": "1"}', *lines]]
    path.write_text("".join(f"{line}\n" for line in text), encoding="utf-8")
    connection = duckdb.connect()
    create_quarantine(connection)

    table = read_jsonl(connection, path, table="raw_0")

    found = connection.execute(
        "select _line from raw_0 union all select line from quarantine order by 1"
    ).fetchall()
    assert found == [(number,) for number in range(1, len(text) + 1)]
    assert table.rows + table.quarantined == len(text)
