"""What a change touches is settled, and nothing else; the outcome is that of settling everything."""

from collections.abc import Iterator
from datetime import datetime

import duckdb
import pytest

from resolution.domain.clustering import Bridge
from resolution.settle import Terms, settle_all, settle_changed
from resolution.survivorship_rules import default_rules

NOW = datetime(2026, 1, 1)  # noqa: DTZ001 - the ledger keeps UTC without a zone
TERMS = Terms(Bridge(least_mean=1.0, unscored=-9.0), (), default_rules(), NOW, "test")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            "CREATE TABLE party_records AS SELECT 's:party:' || n AS record_id, 's' AS source,"
            " 'person' AS party_type, NULL::TIMESTAMP AS observed_at, false AS is_deleted FROM range(8) t(n);"
            "CREATE TABLE claims (record_id VARCHAR, party_type VARCHAR, attribute VARCHAR, value VARCHAR,"
            " key VARCHAR, position SMALLINT);"
            "CREATE TABLE links (record_id_l VARCHAR, record_id_r VARCHAR, match_weight DOUBLE,"
            " band VARCHAR, method VARCHAR, veto VARCHAR);"
            "CREATE TABLE decisions (record_id_l VARCHAR, record_id_r VARCHAR, decision VARCHAR);"
            "CREATE TABLE changed (record_id VARCHAR); CREATE TABLE removed (record_id VARCHAR);"
            "CREATE TABLE loosened (record_id VARCHAR);"
        )
        yield connection


def link(connection: duckdb.DuckDBPyConnection, *pairs: tuple[int, int, float]) -> None:
    for a, b, weight in pairs:
        band = "match" if weight >= 0 else "no_match"
        row = [f"s:party:{a}", f"s:party:{b}", weight, band, "probabilistic", None]
        connection.execute("INSERT INTO links VALUES (?, ?, ?, ?, ?, ?)", row)


def name(connection: duckdb.DuckDBPyConnection, table: str, *records: int) -> None:
    for record in records:
        connection.execute(f"INSERT INTO {table} VALUES (?)", [f"s:party:{record}"])


def partition(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "SELECT string_agg(split_part(record_id, ':', 3), ' ' ORDER BY record_id) FROM membership"
        " GROUP BY golden_id"
    ).fetchall()
    return {members for (members,) in rows}


def test_every_live_record_is_in_exactly_one_cluster(connection: duckdb.DuckDBPyConnection) -> None:
    link(connection, (0, 1, 9), (1, 2, 9), (0, 2, -9), (4, 5, 3))
    connection.execute("UPDATE party_records SET is_deleted = true WHERE record_id = 's:party:7'")

    settle_all(connection, TERMS)

    assert partition(connection) == {"0 1", "2", "3", "4 5", "6"}


def test_a_new_record_brings_its_whole_component_to_be_settled(connection: duckdb.DuckDBPyConnection) -> None:
    link(connection, (0, 1, 9), (2, 3, 9))
    settle_all(connection, TERMS)
    link(connection, (1, 2, 9), (0, 2, 9), (0, 3, 9), (1, 3, 9))
    name(connection, "changed", 1)

    settle_changed(connection, TERMS, changed="changed", removed="removed", loosened="loosened")

    assert partition(connection) == {"0 1 2 3", "4", "5", "6", "7"}
    assert connection.execute("SELECT count(*) FROM scope").fetchone() == (4,)


def test_what_a_lost_link_loosened_is_settled_again(connection: duckdb.DuckDBPyConnection) -> None:
    """A complete component is one cluster: what stood outside the cluster of a lost record matters too."""
    link(connection, (0, 1, 0.5), (1, 2, 0.5), (0, 2, 0.5), (2, 3, 0.5))
    connection.execute("INSERT INTO decisions VALUES ('s:party:2', 's:party:3', 'no_match')")
    settle_all(connection, TERMS)
    before = partition(connection)
    connection.execute("DELETE FROM links WHERE record_id_r = 's:party:3'")
    connection.execute("DELETE FROM party_records WHERE record_id = 's:party:3'")
    name(connection, "removed", 3)
    name(connection, "loosened", 2)

    settle_changed(connection, TERMS, changed="changed", removed="removed", loosened="loosened")
    after = partition(connection)
    settle_all(connection, TERMS)

    assert before >= {"0 1", "2", "3"}
    assert after == partition(connection) == {"0 1 2", "4", "5", "6", "7"}


def test_a_deterministic_link_counts_as_much_as_any_pair_may(connection: duckdb.DuckDBPyConnection) -> None:
    link(connection, (0, 1, 5), (1, 2, 2), (0, 2, -4))
    settle_all(connection, TERMS)
    assert partition(connection) >= {"0 1", "2"}
    connection.execute(
        "UPDATE links SET method = 'deterministic' WHERE record_id_l = 's:party:1' AND band = 'match'"
    )

    settle_all(connection, TERMS)

    assert partition(connection) >= {"0", "1 2"}


def test_a_veto_parts_what_scores_would_join(connection: duckdb.DuckDBPyConnection) -> None:
    link(connection, (0, 1, 9), (1, 2, 9), (0, 2, 9))
    connection.execute(
        "UPDATE links SET veto = 'different_identifiers', band = 'no_match'"
        " WHERE record_id_l = 's:party:0' AND record_id_r = 's:party:2'"
    )

    settle_all(connection, TERMS)

    assert not any({"0", "2"} <= set(members.split()) for members in partition(connection))
