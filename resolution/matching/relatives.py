"""Relatives that blocking does not meet: pairs that share an employer, a switchboard, an address, and no key.

Blocking meets those relatives that also look alike. Where EM sees only them, people of one firm with the same
given name pass for one person: nothing says how many colleagues there are with other names. So a sample of
all pairs that share what relatives share is put beside the blocked pairs, weighted to stand for all of them.
"""

from collections.abc import Sequence
from dataclasses import replace

import duckdb
import numpy as np

from resolution.matching import engine, frequencies, sampling
from resolution.matching.comparisons import Comparison
from resolution.matching.model import PartyModel
from resolution.matching.sampling import PARTS
from resolution.matching.vectors import Vectors

KIN_PAIRS = 20_000  # of each value that relatives share


def unmet_kin(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    *,
    draft: PartyModel,
    comparisons: Sequence[Comparison],
) -> Vectors | None:
    """Return the comparison vectors of such pairs, weighted; None where there are none."""
    columns = [
        column
        for column in frequencies.tf_columns(comparisons)
        if column in frequencies.SHARED_BY_KIN and _is_of_kin(comparisons, column)
    ]
    if not columns:
        return None
    keys = [engine.KEY_PREFIX + rule.name for rule in draft.blocking_rules]
    kin_pairs(connection, table, columns=columns, keys=keys, target="kin_pairs")
    if sampling.count(connection, "kin_pairs") == 0:
        return None
    engine.score_pairs(connection, table, pairs="kin_pairs", model=draft, target="kin_levels")
    vectors = sampling.vectors_of(connection, "kin_levels", comparisons=comparisons)
    weights = connection.execute("SELECT weight FROM kin_pairs ORDER BY join_key_l, join_key_r").fetchnumpy()
    return replace(vectors, weights=np.asarray(weights["weight"], dtype=float))


def _is_of_kin(comparisons: Sequence[Comparison], column: str) -> bool:
    return any(
        level.tf_column == column and (level.shared_by or comparison.shared_by)
        for comparison in comparisons
        for level in comparison.levels
    )


def kin_pairs(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    *,
    columns: Sequence[str],
    keys: Sequence[str],
    target: str,
) -> None:
    """Create table `target` of pairs that share a value of `columns` and are not blocked by any of `keys`.

    `weight` is how many such pairs a row stands for: a record is drawn as often as it has companions, and
    a pair that shares several values could be drawn by each of them. Relatives that blocking never meets are
    many more than those it does, because it meets those that also look alike.
    """
    drawn = " UNION ALL ".join(_draw(table, column) for column in columns)
    shared = " + ".join(f"coalesce(a.{c} = b.{c}, false)::INTEGER" for c in columns)
    unmet = " AND ".join(["true", *(f"coalesce(a.{k} <> b.{k}, true)" for k in keys)])
    connection.execute(
        f"CREATE OR REPLACE TABLE {target} AS SELECT '0' AS match_key, l AS join_key_l, r AS join_key_r,"
        f" sum(drawn.weight / ({shared})) AS weight FROM ({drawn}) drawn"
        f" JOIN {table} a ON a.record_id = l JOIN {table} b ON b.record_id = r WHERE {unmet}"
        " GROUP BY l, r ORDER BY l, r"
    )


def _draw(table: str, column: str) -> str:
    """Return SQL for some `KIN_PAIRS` pairs (l, r, weight) that share a value of the column."""
    return f"""(
        WITH placed AS (
            SELECT record_id, {column} AS value, count(*) OVER value_of AS n,
                row_number() OVER (value_of ORDER BY record_id) - 1 AS place
            FROM {table} WHERE {column} IS NOT NULL WINDOW value_of AS (PARTITION BY {column})
        ), likely AS (
            SELECT *, least(1.0, {KIN_PAIRS} * (n - 1) / (SELECT sum(n - 1) FROM placed)) AS chance
            FROM placed WHERE n > 1
        ), chosen AS (
            SELECT * FROM likely WHERE hash('{column}' || record_id) % {PARTS} < chance * {PARTS}
        )
        SELECT least(c.record_id, p.record_id) AS l, greatest(c.record_id, p.record_id) AS r,
            (c.n - 1) / (2 * chance) AS weight
        FROM chosen c JOIN placed p ON p.value = c.value
            AND p.place = (c.place + 1 + (hash(c.record_id) % (c.n - 1)::UBIGINT)::BIGINT) % c.n)"""
