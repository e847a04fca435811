from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest

from resolution import clustered_pairs
from resolution.matching import preparing
from resolution.matching.model import Interval, ResolutionModel


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two clusters, of three and of two records."""
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE membership AS SELECT * FROM (VALUES ('a', 'g1', 'person'), ('b', 'g1', 'person'),"
            " ('c', 'g1', 'person'), ('d', 'g2', 'person'), ('e', 'g2', 'person'))"
            " t(record_id, golden_id, party_type);"
            "CREATE TABLE links AS SELECT * FROM (VALUES ('a', 'b', 0.9, 'probabilistic'),"
            " ('b', 'c', 0.7, 'probabilistic'), ('d', 'e', 0.2, 'steward')) t(record_id_l, record_id_r,"
            " match_probability, method)"
        )
        yield connection


def test_expectations_weigh_clusters_by_their_pairs(connection: duckdb.DuckDBPyConnection) -> None:
    clustered_pairs.count_all(connection)

    pairs, right = clustered_pairs.sums_by_type(connection)["person"]

    assert pairs == 4
    assert right == pytest.approx(3 * 0.8 + 1 * 1.0)  # the third pair of g1 is as likely as the other two


@pytest.mark.parametrize("is_kept", [pytest.param(True, id="kept"), pytest.param(False, id="an older run")])
def test_what_changed_is_counted_anew_and_the_rest_kept(
    connection: duckdb.DuckDBPyConnection, is_kept: bool
) -> None:
    if is_kept:
        clustered_pairs.count_all(connection)
    connection.execute(
        "UPDATE membership SET golden_id = 'g3' WHERE record_id = 'c';"
        "UPDATE membership SET golden_id = 'g1' WHERE golden_id = 'g2';"
        "CREATE TABLE changed AS SELECT unnest(['g1', 'g2', 'g3']) AS golden_id"
    )

    clustered_pairs.count_changed(connection, "changed")

    kept = connection.execute("FROM clustered_pairs ORDER BY ALL").fetchall()
    clustered_pairs.count_all(connection)
    assert kept == connection.execute("FROM clustered_pairs ORDER BY ALL").fetchall()
    assert [row[:3] for row in kept] == [("g1", "person", 6)]


def test_of_organisations_less_is_expected_than_their_links_state() -> None:
    """Two rooms of one hotel share all that a record tells: such pairs were right less often than stated."""
    draft = preparing.draft_model((), (), {}, word_weights={}, default_word_weight=0.0)
    told = Interval(0.9, 0.8, 1.0)
    fitted = replace(draft, status="fitted", expected_precision=told, expected_recall=told)
    model = ResolutionModel(4000, {"person": fitted, "organization": fitted})

    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE membership AS SELECT 'r' || n AS record_id, 'g' || (n // 2) AS golden_id,"
            " if(n < 2000, 'person', 'organization') AS party_type FROM range(4000) t(n);"
            "CREATE TABLE links AS SELECT 'r' || 2 * n AS record_id_l, 'r' || (2 * n + 1) AS record_id_r,"
            " 0.98 AS match_probability, 'probabilistic' AS method FROM range(2000) t(n)"
        )
        clustered_pairs.count_all(connection)

        expected = clustered_pairs.expected_by_type(connection, model)

    assert expected["person"]["precision"]["value"] == pytest.approx(0.98, abs=0.003)
    assert expected["organization"]["precision"]["value"] == pytest.approx(0.965, abs=0.003)
