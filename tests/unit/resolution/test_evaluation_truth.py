from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resolution.domain.errors import InputError, UnreadableFile
from resolution.evaluation_truth import read_truth, truth_from_table


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("t.csv", "Entity_ID,SOURCE,source_id\n007,crm,01\n", id="csv"),
        pytest.param("t.tsv", "entity_id\tsource\tsource_id\n007\tcrm\t01\n", id="tsv"),
        pytest.param("t.jsonl", '{"entity_id": "007", "source": "crm", "source_id": "01"}\n', id="jsonl"),
    ],
)
def test_ids_are_text_whatever_the_file(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)

    truth = read_truth(path)

    assert truth.form == "entities"
    assert truth.table.to_pylist() == [
        {"source": "crm", "source_id": "01", "entity_id": "007", "record_type": None}
    ]


def test_a_parquet_file_of_pairs_is_read(tmp_path: Path) -> None:
    table = pa.table({"source_l": ["a"], "source_id_l": [1], "source_r": ["b"], "source_id_r": [2]})
    pq.write_table(table, tmp_path / "t.parquet")

    truth = read_truth(tmp_path / "t.parquet")

    assert truth.form == "pairs"
    assert truth.table.to_pylist() == [
        {"source_l": "a", "source_id_l": "1", "source_r": "b", "source_id_r": "2"}
    ]


def test_wrong_columns_are_named_with_the_right_ones() -> None:
    with pytest.raises(InputError, match=r"has the columns id, cluster;.*source, source_id, entity_id"):
        truth_from_table(pa.table({"id": ["1"], "cluster": ["a"]}))


def test_a_record_of_two_entities_is_refused() -> None:
    table = pa.table({"source": ["a", "a"], "source_id": ["1", "1"], "entity_id": ["x", "y"]})

    with pytest.raises(InputError, match="gives record 1 of source a two entities"):
        truth_from_table(table)


def test_a_repeated_row_counts_once_and_an_unlabelled_row_not_at_all() -> None:
    table = pa.table({"source": ["a"] * 3, "source_id": ["1", "1", "2"], "entity_id": ["x", "x", None]})

    assert truth_from_table(table).table.num_rows == 1


def test_a_truth_without_a_usable_row_is_refused() -> None:
    with pytest.raises(InputError, match="no usable row"):
        truth_from_table(pa.table({"source": [""], "source_id": ["1"], "entity_id": ["x"]}))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("t.xlsx", b"PK", "give .csv, .tsv, .parquet or .jsonl", id="unknown-ending"),
        pytest.param("t.parquet", b"a,b\n1,2\n", "cannot be read as parquet", id="not-parquet"),
        pytest.param("t.jsonl", b"\x00\x01", "cannot be read as jsonl", id="not-json"),
    ],
)
def test_a_file_that_is_not_what_its_ending_says_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnreadableFile, match=message):
        read_truth(tmp_path / name)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="does not exist"):
        read_truth(tmp_path / "nowhere.csv")
