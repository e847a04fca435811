import json
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.files import jsonl_files
from resolution.files.flat_jsonl import read_flat_jsonl
from resolution.files.quarantine import create_quarantine
from resolution.files.tables import RawTable


def read(path: Path, text: str) -> tuple[RawTable | None, duckdb.DuckDBPyConnection]:
    path.write_text(text, encoding="utf-8")
    connection = duckdb.connect()
    return read_flat_jsonl(connection, path, table="raw_0", lines=text.count("\n")), connection


def test_flat_objects_are_read_at_once(tmp_path: Path) -> None:
    table, connection = read(tmp_path / "a.jsonl", '{"id": 1, "a": " x"}\n{"id": 2, "b": true, "a": null}\n')

    assert table is not None
    assert (table.columns, table.rows) == (("id", "a", "b"), 2)
    assert connection.execute("select * from raw_0").fetchall() == [
        ("1", " x", None, 1),
        ("2", None, "true", 2),
    ]


@pytest.mark.parametrize(
    "line",
    [
        '{"a": {"b": 1}}',
        '{"a": [1]}',
        '{"a": 1.10}',
        '{"a": 1e5}',
        '{"a": 1, "a": 2}',
        '{"A": 1, "a": 2}',
        '{"_line": 1}',
        '{"": 1}',
        '{"a": "\\u0000"}',
        '{"a": 1',
        "[1]",
        "",
    ],
)
def test_anything_else_is_left_to_the_careful_way(tmp_path: Path, line: str) -> None:
    table, _ = read(tmp_path / "a.jsonl", f'{{"a": "1"}}\n{line}\n')

    assert table is None


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
ROWS = st.lists(
    st.dictionaries(st.sampled_from("abc"), st.none() | st.booleans() | st.integers() | TEXT, min_size=1),
    min_size=1,
    max_size=6,
)


@settings(derandomize=True, max_examples=50, deadline=None)
@given(rows=ROWS)
def test_both_ways_give_the_same(rows: list[dict[str, object]], tmp_path_factory, monkeypatch_module) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("flat") / "a.jsonl"
    table, connection = read(path, "".join(json.dumps(row) + "\n" for row in rows))
    careful = duckdb.connect()
    create_quarantine(careful)
    monkeypatch_module.setattr(jsonl_files, "read_flat_jsonl", lambda *_, **__: None)

    if table is not None and any(
        cell is not None and str(cell).strip() for row in rows for cell in row.values()
    ):
        other = jsonl_files.read_jsonl(careful, path, table="raw_0")
        shared = ", ".join(sorted(other.columns))
        query = f"select {shared}, _line from raw_0 order by _line"
        assert connection.execute(query).fetchall() == careful.execute(query).fetchall()


@pytest.fixture(scope="module")
def monkeypatch_module():  # type: ignore[no-untyped-def]
    with pytest.MonkeyPatch.context() as patch:
        yield patch
