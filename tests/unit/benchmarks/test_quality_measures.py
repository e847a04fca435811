import json
from pathlib import Path

import duckdb
import pytest

from benchmarks.quality_measures import (
    Run,
    f1_of_undecided,
    measure,
    persons_with_mailboxes,
    stated_precision,
)
from benchmarks.quality_targets import Target

TRUTH = """source,source_id,entity_id,record_type
s,1,A,person
s,2,A,person
s,3,B,person
s,4,M,mailbox
s,5,C,company
s,6,C,company
"""
CLUSTERS = [("1", "x"), ("2", "x"), ("3", "x"), ("4", "x"), ("5", "y"), ("6", "z")]
EXPECTED = {"person": {"precision": {"value": 0.36}}, "organization": None}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    with duckdb.connect() as connection:
        connection.execute("create table c (source varchar, source_id varchar, cluster_id varchar)")
        connection.executemany("insert into c values ('s', ?, ?)", CLUSTERS)
        connection.table("c").write_parquet(str(tmp_path / "clusters.parquet"))
        connection.sql(
            "select 's:party:1' as record_id_l, 's:party:' || r as record_id_r,"
            " 0.5::double as match_probability from (values ('2'), ('3')) t(r)"
        ).write_parquet(str(tmp_path / "links.parquet"))
    (tmp_path / "run.json").write_text(
        json.dumps({"expected": {"precision": {"value": 0.9}}, "expected_by_type": EXPECTED}), "utf-8"
    )
    (tmp_path / "truth.csv").write_text(TRUTH, "utf-8")
    return Run(tmp_path, "inferred", 1.5, 200.0)


def test_a_row_counts_records_of_its_type_only(run: Run) -> None:
    target = Target("persons", "set", 0.4, 0.9, "", "person", "person")

    measured = measure(run, run.folder / "truth.csv", target)

    assert (measured.precision, measured.recall) == pytest.approx((1 / 3, 1.0))
    assert measured.f1 == pytest.approx(0.5)
    assert measured.expected_precision == 0.36
    assert measured.is_expectation_right
    assert (measured.calibration, measured.calibration_pairs) == (0.0, 2)


def test_a_row_without_type_counts_all_records(run: Run) -> None:
    measured = measure(run, run.folder / "truth.csv", Target("all", "set", 0.4, 0.9, ""))

    assert (measured.precision, measured.recall) == pytest.approx((1 / 6, 1 / 2))
    assert measured.expected_precision == 0.9
    assert not measured.is_expectation_right


def test_decided_pairs_can_be_left_out(run: Run) -> None:
    target = Target("all", "set", 0.4, 0.9, "", labels=2)
    decisions = [("s:party:1", "s:party:2", True), ("s:party:1", "s:party:3", False)]

    measured = measure(run, run.folder / "truth.csv", target, decisions=decisions)

    assert measured.f1_of_undecided == 0.0


@pytest.mark.parametrize(
    ("decided", "f1"),
    [
        pytest.param([], 2 * 6 / (8 + 10), id="nothing-decided"),
        pytest.param([(True, True)], 2 * 5 / (7 + 9), id="a-hit"),
        pytest.param([(True, False)], 2 * 6 / (8 + 9), id="a-missed-match"),
        pytest.param([(False, True)], 2 * 6 / (7 + 10), id="a-wrong-pair"),
        pytest.param([(False, False)], 2 * 6 / (8 + 10), id="rightly-apart"),
    ],
)
def test_undecided_pairs_by_hand(decided: list[tuple[bool, bool]], f1: float) -> None:
    assert f1_of_undecided((6, 8, 10), decided) == pytest.approx(f1)


@pytest.mark.parametrize(
    ("run_json", "stated"),
    [
        pytest.param({"expected_by_type": EXPECTED}, 0.36, id="stated"),
        pytest.param({"expected_by_type": {"organization": None}}, None, id="other-type"),
        pytest.param({}, None, id="nothing-stated"),
    ],
)
def test_an_expectation_is_read_by_party_type(run_json: dict[str, object], stated: float | None) -> None:
    assert stated_precision(run_json, "person") == stated


def test_mailboxes_in_clusters_with_persons_are_counted(run: Run) -> None:
    assert persons_with_mailboxes(run.folder, run.folder / "truth.csv") == 1
