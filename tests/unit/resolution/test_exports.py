import csv
import json
from dataclasses import asdict
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from resolution import exports
from resolution.domain.clustering import ClusterEvidence
from resolution.files.quarantine import QuarantinedRow, add_to_quarantine, create_quarantine, row_as_json


@pytest.fixture
def run(synthetic_run: Path, tmp_path: Path) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{synthetic_run / 'state.duckdb'}' AS run (READ_ONLY)")
        connection.execute("USE run")
        exports.write_clusters(connection, tmp_path)
        exports.write_links(connection, tmp_path, model={"parties": {}})
        exports.write_quarantine(connection, tmp_path)
    return tmp_path


def test_clusters_are_the_same_in_both_forms_and_hold_each_record_once(
    run: Path, synthetic_run: Path
) -> None:
    with (run / "clusters.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with duckdb.connect(str(synthetic_run / "state.duckdb"), read_only=True) as connection:
        members = connection.execute("SELECT count(*) FROM membership").fetchone()

    assert rows == pq.read_table(run / "clusters.parquet").to_pylist()
    assert (len(rows),) == members
    assert rows == sorted(rows, key=lambda row: (row["source"], row["source_id"]))


def test_stated_weights_are_those_of_the_pair_and_what_clustering_says(
    run: Path, synthetic_run: Path, tmp_path: Path
) -> None:
    model = {"parties": {"person": {"status": "fitted"}}, "cluster_evidence": asdict(ClusterEvidence())}
    told = tmp_path / "told"
    told.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{synthetic_run / 'state.duckdb'}' AS run (READ_ONLY)")
        connection.execute("USE run")
        exports.write_links(connection, told, model=model)

    key = ("record_id_l", "record_id_r")
    alone = {tuple(row[k] for k in key): row for row in pq.read_table(run / "links.parquet").to_pylist()}
    links = pq.read_table(told / "links.parquet").to_pylist()
    assert any(link["weight_cluster"] is not None for link in links)
    for link in links:
        before = alone.get(tuple(link[k] for k in key))
        if before is None:  # below .01 alone
            assert link["match_probability"] >= exports.LEAST_STATED
            continue
        assert link["match_weight"] - (link["weight_cluster"] or 0) == pytest.approx(before["match_weight"])
        assert link["band"] == before["band"]
        if link["weight_cluster"] is not None:
            assert link["match_probability"] == pytest.approx(1 / (1 + 2 ** -link["match_weight"]))


def test_reviews_come_first_that_change_most(run: Path) -> None:
    reviews = pq.read_table(run / "review.parquet").to_pylist()

    impacts = [review["impact"] for review in reviews]
    assert impacts == sorted(impacts, reverse=True)
    assert all(review["veto"] is None and review["method"] != "steward" for review in reviews)


def test_the_quarantine_is_one_row_a_line_with_its_reason(run: Path) -> None:
    lines = (run / "quarantine.jsonl").read_text(encoding="utf-8").splitlines()

    assert lines
    for line in lines:
        row = json.loads(line)
        assert row["file"]
        assert row["reason"]


def test_a_quarantined_row_may_hold_half_of_a_surrogate_pair(tmp_path: Path) -> None:
    kept = {"name": "Sur \ud800 Person"}
    with duckdb.connect() as connection:
        create_quarantine(connection)
        rows = [QuarantinedRow("crm.jsonl", 7, None, "not text", row_as_json(kept))]
        add_to_quarantine(connection, rows)
        exports.write_quarantine(connection, tmp_path)

    [line] = (tmp_path / "quarantine.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["row"] == kept
