import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.connectors.files import FilesConnector, FilesObject, FilesSettings
from pipelines.connectors.port import Cursor, Deletes, FieldType, SourceObject, Undiscovered
from pipelines.errors import PermanentFault, TransientFault


def connector(folder: Path, pattern: str) -> FilesConnector:
    declared = FilesObject("people", pattern, ("id",), None, Deletes.RECONCILE)
    return FilesConnector(FilesSettings(folder.name, (declared,)), folder.parent)


def people(source: FilesConnector) -> SourceObject:
    (object_,) = source.discover()
    assert isinstance(object_, SourceObject)
    return object_


def read(source: FilesConnector, cursor: Cursor | None = None) -> tuple[list[Any], list[str], Cursor | None]:
    rows, bad = [], []
    for page in source.read(people(source), cursor):
        rows += list(page.changes)
        bad += [row.reason for row in page.bad]
        cursor = page.cursor or cursor
    return rows, bad, cursor


def test_new_and_changed_files_are_read_and_others_not(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n1,Ann\n")
    source = connector(tmp_path, "*.csv")
    _, _, cursor = read(source)
    (tmp_path / "b.csv").write_text("id,name\n2,Bo\n")

    rows, _, after = read(source, cursor)
    os.utime(tmp_path / "a.csv", (1, 1))

    assert rows == [{"id": "2", "name": "Bo"}]
    assert read(source, after)[0] == []  # another time, but the same content


def test_files_of_one_name_in_two_folders_are_two_files(tmp_path: Path) -> None:
    for year, name in (("2024", "Ann"), ("2025", "Bob")):
        (tmp_path / year).mkdir()
        (tmp_path / year / "people.csv").write_text(f"id,name\n{year},{name}\n")
        os.utime(tmp_path / year / "people.csv", (1, 1))
    source = connector(tmp_path, "*/people.csv")

    rows, _, cursor = read(source)

    assert [row["name"] for row in rows] == ["Ann", "Bob"]
    assert read(source, cursor)[0] == []


def test_a_removed_file_is_missing_from_the_keys(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(f"id\n{name}\n")
    source = connector(tmp_path, "*.csv")
    (tmp_path / "b.csv").unlink()

    assert [key for keys in source.keys(people(source)) for key in keys] == [("a",)]
    assert source.count(people(source)) == 1


def test_lines_that_are_no_rows_are_set_aside_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'id,name\n1,Ann\n2,Bo,extra\n3,"quo"te\n4,\xff\0\n')

    rows, bad, _ = read(connector(tmp_path, "*.csv"))

    assert bad == ["a.csv:3: 3 values under 2 columns"]
    assert [row["id"] for row in rows] == ["1", "3", "4"]


@pytest.mark.parametrize(
    ("text", "ids", "lines"),
    [
        pytest.param('1,"a\n2,b\n3,c\n', [], [2, 3, 4], id="never-closed"),
        pytest.param('0,x\n1,"a\n2,"b"\n3,c\n', ["0", "3"], [3, 4], id="closed-by-another"),
        pytest.param('1,"a\n2,b"\n3,c\n', ["1", "3"], [], id="a-text-of-two-lines"),
        pytest.param('1,5" pipe\n2,"x"y\n3,c\n', ["1", "2", "3"], [], id="quotes-within-a-line"),
    ],
)
def test_a_stray_quote_swallows_no_line(text: str, ids: list[str], lines: list[int], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"id,name\n{text}")
    source = connector(tmp_path, "*.csv")

    rows, bad, _ = read(source)

    assert [row["id"] for row in rows] == ids
    assert bad == [f"a.csv:{line}: a quote in these lines is not closed" for line in lines]
    assert source.count(people(source)) == len(ids) + len(lines)


def test_two_columns_of_one_name_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name,name\n1,Ann,Bo\n")

    (found,) = connector(tmp_path, "*.csv").discover()

    assert isinstance(found, Undiscovered)
    assert "a.csv has two columns name" in found.reason


def test_json_lines_may_leave_fields_out(tmp_path: Path) -> None:
    deep = "[" * 1000 + "]" * 1000
    (tmp_path / "a.jsonl").write_text('{"id": 1}\n{"id": 2, "tags": ["x"], "n": 1.5}\n\n[1]\n{"id"\n' + deep)
    source = connector(tmp_path, "*.jsonl")

    rows, bad, _ = read(source)

    assert {f.name: f.type for f in people(source).fields}["n"] is FieldType.DOUBLE
    assert rows[0] == {"id": 1, "tags": None, "n": None}
    assert len(bad) == 3


def test_a_table_that_lost_a_column_does_not_fill_it(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("id,fax\n1,5\n")
    (tmp_path / "2.csv").write_text("id,mail\n2,a@b\n")

    rows, _, _ = read(connector(tmp_path, "*.csv"))

    assert rows == [{"id": "1", "fax": "5", "mail": None}, {"id": "2", "mail": "a@b"}]


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1, 2], "ok": [True, None]}), tmp_path / "a.parquet")
    source = connector(tmp_path, "*.parquet")

    assert [f.type for f in people(source).fields] == [FieldType.BIGINT, FieldType.BOOLEAN]
    assert read(source)[0] == [{"id": 1, "ok": True}, {"id": 2, "ok": None}]
    assert len(source.sample(people(source), 1).changes) == 1


def test_a_missing_folder_is_transient_and_a_strange_file_is_not(tmp_path: Path) -> None:
    with pytest.raises(TransientFault):
        connector(tmp_path / "gone", "*").check()
    (tmp_path / "a.xlsx").touch()
    with pytest.raises(PermanentFault, match=r"a\.xlsx"):
        connector(tmp_path, "*").discover()


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_file_that_did_not_change_is_not_opened_again(ending: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    written = {"csv": "id,name\n{0},{1}\n", "jsonl": '{{"id": "{0}", "name": "{1}"}}\n'}[ending]
    for id_ in "12":
        (folder / f"{id_}.{ending}").write_text(written.format(id_, "Ann"))
    source = connector(folder, f"*.{ending}")
    _, _, cursor = read(source)
    everything = asked(source)
    old = folder / f"1.{ending}"
    stat = old.stat()
    old.write_bytes(b"x" * stat.st_size)  # whoever reads it again trips over it
    os.utime(old, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    later = connector(folder, f"*.{ending}")

    assert asked(later) == everything
    assert read(later, cursor)[0] == []


def asked(source: FilesConnector) -> tuple[Any, ...]:
    """Return all that a sync asks about an object besides its changes."""
    object_ = people(source)
    keys = [key for keys in source.keys(object_) for key in keys]
    return object_.fields, keys, source.count(object_), list(source.sample(object_, 1000).changes)


def test_a_changed_file_is_indexed_anew_and_a_removed_one_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.csv").write_text(f"id\n{name}\n")
    asked(connector(folder, "*.csv"))
    (folder / "a.csv").write_text("id\nlonger\n")
    (folder / "b.csv").unlink()

    _, keys, count, sample = asked(connector(folder, "*.csv"))

    assert (keys, count, sample) == ([("longer",)], 1, [{"id": "longer"}])
    assert len(list(tmp_path.rglob("file_index/**/*.json"))) == 1


def test_a_sample_shows_of_a_record_in_several_files_the_one_read_last(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("id,name\n1,Ann\n1,Anne\n2,Bo\n")
    (tmp_path / "2.csv").write_text("id,name\n2,Bob\n")
    source = connector(tmp_path, "*.csv")

    sample = source.sample(people(source), 1000).changes

    assert sorted(row["name"] for row in sample) == ["Anne", "Bob"]


def test_a_sample_of_many_rows_is_spread_over_all(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n" + "\n".join(map(str, range(9_000))))
    source = connector(tmp_path, "*.csv")

    numbers = sorted(int(row["id"]) for row in source.sample(people(source), 100).changes)

    assert 50 <= len(numbers) <= 100
    assert max(after - before for before, after in pairwise(numbers)) < 300
    assert (numbers[0], numbers[-1] > 8_600) == (0, True)
