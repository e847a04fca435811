"""Samples are the same on every run, whatever the order of the rows."""

from typing import Protocol

import duckdb
import numpy as np
import pytest

from resolution.matching import engine, preparing, sampling
from resolution.matching.model import PartyModel


class Fitted(Protocol):
    connection: duckdb.DuckDBPyConnection
    prepared: preparing.Prepared
    model: PartyModel


def _records(connection: duckdb.DuckDBPyConnection, number: int, *, order: str = "n") -> None:
    connection.execute(
        f"CREATE OR REPLACE TABLE people AS SELECT 'r' || lpad(n::VARCHAR, 6, '0') AS record_id"
        f" FROM range({number}) t(n) ORDER BY {order}"
    )


def _drawn(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute("SELECT join_key_l, join_key_r FROM drawn ORDER BY ALL").fetchall()


@pytest.mark.parametrize("number", [30, 2000])
def test_random_pairs_do_not_depend_on_the_order_of_records(
    connection: duckdb.DuckDBPyConnection, number: int
) -> None:
    _records(connection, number)
    sampling.random_pairs(connection, "people", target="drawn")
    first = _drawn(connection)

    _records(connection, number, order="hash(n)")
    sampling.random_pairs(connection, "people", target="drawn")

    assert _drawn(connection) == first


def test_of_few_records_all_pairs_are_drawn(connection: duckdb.DuckDBPyConnection) -> None:
    _records(connection, 30)

    assert sampling.random_pairs(connection, "people", target="drawn") == 30 * 29 // 2
    assert len(set(_drawn(connection))) == 30 * 29 // 2


def test_random_pairs_are_distinct_ordered_and_spread(connection: duckdb.DuckDBPyConnection) -> None:
    _records(connection, 2000)

    number = sampling.random_pairs(connection, "people", target="drawn")

    drawn = _drawn(connection)
    assert number == len(drawn) == len(set(drawn)) > 0.8 * sampling.RANDOM_PAIRS
    assert all(left < right for left, right in drawn)
    positions = np.array([int(left[1:]) for left, _ in drawn])
    assert positions.mean() == pytest.approx(2000 / 3, rel=0.02)  # the mean of the lesser of two


def _pairs(connection: duckdb.DuckDBPyConnection, number: int, *, order: str) -> None:
    connection.execute(
        f"CREATE OR REPLACE TABLE pairs AS SELECT '0' AS match_key, 'l' || n AS join_key_l,"
        f" 'r' || n AS join_key_r FROM range({number}) t(n) ORDER BY {order}"
    )


def test_a_sample_of_pairs_does_not_depend_on_their_order(connection: duckdb.DuckDBPyConnection) -> None:
    _pairs(connection, 20_000, order="n")
    weight = sampling.sample_pairs(connection, "pairs", target="drawn", most=5000)
    first = _drawn(connection)

    _pairs(connection, 20_000, order="hash(n)")
    sampling.sample_pairs(connection, "pairs", target="drawn", most=5000)

    assert _drawn(connection) == first
    assert len(first) == pytest.approx(5000, rel=0.1)
    assert weight * len(first) == pytest.approx(20_000)


def test_few_pairs_are_all_taken(connection: duckdb.DuckDBPyConnection) -> None:
    _pairs(connection, 50, order="n")

    assert sampling.sample_pairs(connection, "pairs", target="drawn", most=5000) == 1.0
    assert len(_drawn(connection)) == 50


def test_no_pairs_are_no_sample(connection: duckdb.DuckDBPyConnection) -> None:
    _pairs(connection, 0, order="n")

    assert sampling.sample_pairs(connection, "pairs", target="drawn") == 0.0


def test_vectors_are_in_order_of_their_pairs(fitted: Fitted) -> None:
    connection, prepared = fitted.connection, fitted.prepared
    engine.score_pairs(connection, "match_person", pairs="pairs", model=prepared.draft, target="levels")

    vectors = sampling.vectors_of(connection, "levels", comparisons=prepared.comparisons, weight=2.5)

    assert [c.name for c in prepared.comparisons][:2] == ["given_name", "family_name"]
    expected = connection.execute(
        "SELECT gamma_given_name, gamma_family_name, mw_tf_adj_given_name, mw_tf_adj_family_name FROM levels"
        " ORDER BY record_id_l, record_id_r"
    ).fetchnumpy()
    assert np.array_equal(vectors.levels[:, 0], expected["gamma_given_name"])
    assert np.array_equal(vectors.levels[:, 1], expected["gamma_family_name"])
    assert np.array_equal(vectors.rarity[:, 0], expected["mw_tf_adj_given_name"])
    assert set(vectors.weights.tolist()) == {2.5}
    assert vectors.levels.shape == vectors.rarity.shape == (len(vectors.weights), len(prepared.comparisons))
