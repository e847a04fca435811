import json
from pathlib import Path

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.files.completion import map_files
from resolution.files.loading import load_sources
from resolution.files.reading import read_files


def load(connection, *paths: Path):  # type: ignore[no-untyped-def]
    tables = read_files(connection, list(paths))
    return load_sources(connection, map_files(connection, tables), tables)


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_usable_rows_have_ids_and_their_columns_untouched(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    [loaded] = load(connection, written(tmp_path, "crm.csv", "id,surname,note\n 7 , Lee ,=cmd()\n8,Ray,\n"))

    assert connection.execute("select * from rows_0 order by _line").fetchall() == [
        (" 7 ", " Lee ", "=cmd()", "crm:party:7", "crm", "7", "crm.csv", 2),
        ("8", "Ray", None, "crm:party:8", "crm", "8", "crm.csv", 3),
    ]
    assert (loaded.table, loaded.rows, loaded.used, loaded.quarantined) == ("rows_0", 2, 2, 0)


def test_rows_without_an_id_or_with_one_again_are_quarantined(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    text = "id,surname\n1,Lee\n1,Lee\n2,Ray\n,Fox\n3,Orr\n2,Roy\nx\n"

    [loaded] = load(connection, written(tmp_path, "crm.csv", text))

    assert (loaded.rows, loaded.used, loaded.quarantined) == (7, 3, 4)
    found = connection.execute(
        "select file, line, field, reason, row_json from quarantine order by line"
    ).fetchall()
    assert [(file, line, field) for file, line, field, _, _ in found] == [
        ("crm.csv", 3, "id"),
        ("crm.csv", 5, "id"),
        ("crm.csv", 7, "id"),
        ("crm.csv", 8, None),
    ]
    assert "equal in all fields" in found[0][3]
    assert found[1][3] == "no id"
    assert json.loads(found[1][4]) == {"id": None, "surname": "Fox"}


def test_without_a_key_the_line_number_is_the_id(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    load(connection, written(tmp_path, "crm.csv", "surname,city\nLee,Reno\nLee,Reno\n"))

    assert connection.execute("select _record_id from rows_0 order by 1").fetchall() == [
        ("crm:party:2",),
        ("crm:party:3",),
    ]


def test_a_source_column_parts_a_file_into_sources(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    load(connection, written(tmp_path, "all.csv", "source,id,surname\ncrm,1,Lee\nerp,1,Lee\n,1,Ray\n"))

    assert connection.execute("select _record_id from rows_0 order by 1").fetchall() == [
        ("all:party:1",),
        ("crm:party:1",),
        ("erp:party:1",),
    ]


def test_an_id_is_taken_once_over_all_files_of_a_source(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first = written(tmp_path, "a.csv", "source,id,surname\ncrm,1,Lee\n")
    second = written(tmp_path, "b.csv", "source,id,surname\ncrm,1,Lee\ncrm,2,Ray\n")

    loaded = load(connection, first, second)

    assert [source.used for source in loaded] == [1, 1]
    assert connection.execute("select file, reason from quarantine").fetchall() == [
        ("b.csv", "duplicate id: a row of an earlier file has it within the same source")
    ]


def test_raw_tables_are_gone_afterwards(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "p.parquet"
    connection.execute(f"copy (select 1 as id, 'Lee' as surname) to '{path}' (format parquet)")

    load(connection, path, written(tmp_path, "a.csv", "id,surname\n1,Lee\n"))

    names = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
    assert names == [("quarantine",), ("rows_0",), ("rows_1",)]


CELL = st.text(st.sampled_from('ab1é😀, "\n\x00='), max_size=4)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(st.sampled_from(["1", "2", "3", "", " "]), CELL), max_size=8))
def test_every_row_is_used_or_quarantined_once(rows: list[tuple[str, str]], tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("load") / "a.jsonl"
    cells = [{"id": key, "surname": name} for key, name in [("0", "sound"), *rows]]
    path.write_text("".join(json.dumps(cell) + "\n" for cell in cells), encoding="utf-8")
    connection = duckdb.connect()

    [loaded] = load(connection, path)

    lines = connection.execute(
        "select _line from rows_0 union all select line from quarantine order by 1"
    ).fetchall()
    assert lines == [(number,) for number in range(1, len(cells) + 1)]
    assert loaded.rows == loaded.used + loaded.quarantined == len(cells)
    assert connection.execute("select count(*) = count(distinct _record_id) from rows_0").fetchone() == (
        True,
    )
