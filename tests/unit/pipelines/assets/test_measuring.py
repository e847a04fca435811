from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.assets.measuring import against_decisions, against_truth, cluster_shape, review_share


@pytest.fixture
def resolved() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three live records in two golden records, one deleted record, one pair for review."""
    with duckdb.connect() as connection:
        connection.execute("""
            create schema resolution; use resolution;
            create table party_records (record_id varchar, is_deleted boolean);
            insert into party_records values
                ('crm:contact:1', false), ('erp:customer:A:1', false), ('crm:contact:2', false),
                ('crm:contact:3', true);
            create table membership (record_id varchar, golden_id varchar, party_type varchar);
            insert into membership values ('crm:contact:1', 'g1', 'person'),
                ('erp:customer:A:1', 'g1', 'person'), ('crm:contact:2', 'g2', 'person');
            create table links (record_id_l varchar, record_id_r varchar, match_probability double,
                band varchar, veto varchar);
            insert into links values ('crm:contact:1', 'erp:customer:A:1', 0.9, 'match', null),
                ('crm:contact:1', 'crm:contact:2', 0.6, 'review', null);
            create table decisions (record_id_l varchar, record_id_r varchar, decision varchar);
        """)
        yield connection


def test_truth_is_compared_by_record_and_deleted_records_are_left_out(
    resolved: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text(
        "record_id,entity_id,record_type\ncrm:contact:1,p1,person\nerp:customer:A:1,p1,person\n"
        "crm:contact:2,p1,person\ncrm:contact:3,p1,person\n",
        encoding="utf-8",
    )

    overall = against_truth(resolved, truth).overall

    assert overall.pair_precision.value == 1.0
    assert overall.pair_recall.value == pytest.approx(1 / 3)


def test_a_decision_that_is_not_kept_is_counted(resolved: duckdb.DuckDBPyConnection) -> None:
    resolved.execute("""
        insert into decisions values ('crm:contact:1', 'erp:customer:A:1', 'match'),
            ('crm:contact:1', 'crm:contact:2', 'match')
    """)

    decided = against_decisions(resolved)

    assert (decided.pairs, decided.broken, decided.precision, decided.recall) == (2, 1, 1.0, 1.0)


def test_without_decisions_nothing_is_claimed(resolved: duckdb.DuckDBPyConnection) -> None:
    decided = against_decisions(resolved)

    assert (decided.pairs, decided.precision, decided.recall) == (0, None, None)


def test_shape_and_review_are_counts_of_live_records(resolved: duckdb.DuckDBPyConnection) -> None:
    assert cluster_shape(resolved) == (2, 2, "g1")
    assert review_share(resolved) == (1, 3)
