import os
from pathlib import Path

from pipelines.connectors.file_index import FileIndexes, file_state


def test_a_touched_file_is_hashed_again_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id\n1\n")
    state = file_state(file, None)
    trusted = file_state(file, {**state, "hash": "as it was"})
    os.utime(file, (1, 1))

    assert trusted["hash"] == "as it was"
    assert file_state(file, {**state, "hash": "as it was"})["hash"] == state["hash"]


def test_an_index_cut_off_by_a_crash_is_made_again(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id\n1\n2\n")
    kept = tmp_path / "index"
    whole = FileIndexes(kept, ["id"]).of(file)
    (place,) = kept.glob("*.json")
    place.write_text(place.read_text()[:30])

    assert FileIndexes(kept, ["id"]).of(file) == whole
    assert whole.keys == [("1",), ("2",)]


def test_text_that_is_no_utf8_comes_out_of_the_index_as_it_went_in(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"id\nZo\xc3\xab\n\xff\n")
    FileIndexes(tmp_path / "index", ["id"]).of(file)

    assert FileIndexes(tmp_path / "index", ["id"]).of(file).keys == [("Zoë",), ("\udcff",)]
