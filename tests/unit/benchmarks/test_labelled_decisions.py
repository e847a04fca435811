from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from benchmarks.labelled_decisions import sample_decisions, write_decisions
from resolution.decisions import read_decisions

LINKS = """
select 's:party:' || (100 + i) as record_id_l, 's:party:' || (101 + i) as record_id_r,
    (i % 20) / 20 as match_probability, if(i % 7 = 0, 'birth_date', null) as veto
from range(80) t(i)
"""
REVIEW = "select record_id_l, record_id_r from links where match_probability between 0.4 and 0.6"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with duckdb.connect() as connection:
        connection.sql(LINKS).create("links")
        connection.table("links").write_parquet(str(tmp_path / "links.parquet"))
        connection.sql(REVIEW).write_parquet(str(tmp_path / "review.parquet"))
    return tmp_path


@pytest.fixture
def truth() -> pa.Table:
    ids = [str(100 + i) for i in range(81)]
    return pa.table({"source": ["s"] * 81, "source_id": ids, "entity_id": [str(i // 2) for i in range(81)]})


def test_decisions_are_seeded_unique_and_true(folder: Path, truth: pa.Table) -> None:
    decisions = sample_decisions(folder, truth, wanted=30, seed=1)

    assert decisions == sample_decisions(folder, truth, wanted=30, seed=1)
    assert len({(a, b) for a, b, _ in decisions}) == 30
    assert all(is_match == (int(a[8:]) % 2 == 0) for a, _, is_match in decisions)


def test_the_head_of_the_review_list_comes_first(folder: Path, truth: pa.Table) -> None:
    review = duckdb.read_parquet(str(folder / "review.parquet")).fetchall()

    decisions = sample_decisions(folder, truth, wanted=8, seed=1)

    assert [(a, b) for a, b, _ in decisions[:4]] == review[:4]


def test_other_pairs_are_spread_over_the_range_of_probability(folder: Path, truth: pa.Table) -> None:
    decisions = sample_decisions(folder, truth, wanted=40, seed=1)
    links = duckdb.read_parquet(str(folder / "links.parquet")).fetchall()
    probability = {(a, b): p for a, b, p, _ in links}

    assert {min(int(probability[a, b] * 10), 9) for a, b, _ in decisions} == set(range(10))


def test_the_command_reads_what_is_written(folder: Path, truth: pa.Table) -> None:
    decisions = sample_decisions(folder, truth, wanted=20, seed=1)

    write_decisions(decisions, folder / "decisions.csv")

    read = read_decisions(folder / "decisions.csv")
    assert [(d.left, d.right, d.is_match) for d in read] == decisions
