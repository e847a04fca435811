from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.assets.measuring import (
    Decided,
    against_decisions,
    against_truth,
    cluster_shape,
    review_share,
)

TABLES = """
create schema resolution;
create table resolution.party_records (record_id varchar, is_deleted boolean);
create table resolution.membership (record_id varchar, golden_id varchar, party_type varchar);
create table resolution.decisions (record_id_l varchar, record_id_r varchar, decision varchar);
create table resolution.links (
    record_id_l varchar, record_id_r varchar, match_probability double, band varchar, veto varchar);
"""
ANN, ANNA, ANNE = "crm:contact:1", "crm:contact:2", "erp:customer:3"


@pytest.fixture
def run() -> Iterator[duckdb.DuckDBPyConnection]:
    """A run that holds Ann and Anna for one party, and Anne for another."""
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        connection.executemany(
            "insert into resolution.membership values ($1, $2, 'person')",
            [(ANN, "g-1"), (ANNA, "g-1"), (ANNE, "g-2")],
        )
        connection.execute(
            "insert into resolution.party_records select record_id, false from resolution.membership"
        )
        yield connection


@pytest.fixture
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """A run over no records."""
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield connection


def test_pairs_are_measured_against_truth_without_what_its_source_deleted(
    run: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    run.execute("insert into resolution.party_records values ('erp:customer:4', true)")
    records = [ANN, ANNA, ANNE, "erp:customer:4"]
    lines = ["record_id,entity_id,record_type", *(f"{record},e1,person" for record in records)]
    (tmp_path / "truth.csv").write_text("\n".join(lines) + "\n")

    overall = against_truth(run, tmp_path / "truth.csv").overall

    assert overall.pair_precision.value == 1.0  # the one pair found is true
    assert overall.pair_recall.value == pytest.approx(1 / 3)  # of three true pairs among three live records


def test_the_model_and_the_golden_records_are_measured_apart_on_decided_pairs(
    run: duckdb.DuckDBPyConnection,
) -> None:
    run.executemany(
        "insert into resolution.decisions values ($1, $2, $3)",
        [
            (ANN, ANNA, "match"),
            (ANN, ANNE, "match"),  # broken: they are parted
            (ANNA, ANNE, "no_match"),
            (ANN, "crm:contact:gone", "match"),  # one of them does not live: not counted
        ],
    )
    run.executemany(
        "insert into resolution.links values ($1, $2, $3, 'match', null)",
        [(ANN, ANNA, 0.9), (ANNA, ANNE, 0.8)],
    )

    assert against_decisions(run) == Decided(pairs=3, broken=1, precision=0.5, recall=0.5)


def test_without_decisions_precision_and_recall_are_not_defined(run: duckdb.DuckDBPyConnection) -> None:
    assert against_decisions(run) == Decided(pairs=0, broken=0, precision=None, recall=None)


def test_the_shape_of_clusters_names_the_largest(
    run: duckdb.DuckDBPyConnection, empty: duckdb.DuckDBPyConnection
) -> None:
    assert cluster_shape(run) == (2, 2, "g-1")
    assert cluster_shape(empty) == (0, 0, "")


def test_a_vetoed_pair_waits_for_nobody(run: duckdb.DuckDBPyConnection) -> None:
    run.executemany(
        "insert into resolution.links values ($1, $2, 0.4, $3, $4)",
        [(ANN, ANNE, "review", None), (ANNA, ANNE, "review", "birth_date"), (ANN, ANNA, "match", None)],
    )

    assert review_share(run) == (1, 3)
