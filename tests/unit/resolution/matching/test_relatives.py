"""Pairs that share what relatives share and no blocking key are drawn, and stand for all of them."""

from collections.abc import Iterator
from itertools import combinations

import duckdb
import pyarrow as pa
import pytest

from resolution.matching import relatives

FIRMS = ["acme"] * 7 + ["bolt"] * 3 + ["lone"] + [None]
KEYS = [1, 1, 2, 3, 4, 5, None, 6, 7, 8, 9, 10]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        ids = [f"r{n:02}" for n in range(len(FIRMS))]
        people = pa.table({"record_id": ids, "firm": FIRMS, "site": FIRMS, "bk_name": KEYS})
        opened.register("given", people)
        opened.execute("CREATE TABLE people AS FROM given")
        yield opened


def _drawn(
    connection: duckdb.DuckDBPyConnection, *columns: str, keys: list[str]
) -> dict[tuple[str, str], float]:
    relatives.kin_pairs(connection, "people", columns=columns, keys=keys, target="kin")
    rows = connection.execute("SELECT join_key_l, join_key_r, weight FROM kin").fetchall()
    return {(left, right): weight for left, right, weight in rows}


def test_drawn_pairs_share_the_value_and_stand_for_all_that_do(connection: duckdb.DuckDBPyConnection) -> None:
    drawn = _drawn(connection, "firm", keys=[])

    at = {f"r{n:02}": firm for n, firm in enumerate(FIRMS)}
    assert all(at[left] == at[right] is not None and left < right for left, right in drawn)
    assert sum(drawn.values()) == sum(a == b is not None for a, b in combinations(FIRMS, 2))


def test_a_pair_that_shares_two_values_counts_once(connection: duckdb.DuckDBPyConnection) -> None:
    once = sum(_drawn(connection, "firm", keys=[]).values())

    twice = sum(_drawn(connection, "firm", "site", keys=[]).values())

    assert twice == pytest.approx(once)


def test_pairs_that_blocking_meets_are_left_out(connection: duckdb.DuckDBPyConnection) -> None:
    drawn = _drawn(connection, "firm", keys=["bk_name"])

    assert drawn
    assert ("r00", "r01") not in drawn
