"""Samples of pairs for training, the same on every run: chosen by position and by hash, never by order.

`random_pairs` gives pairs of two random records; `vectors_of` reads comparison vectors out of a scored
table.
"""

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa

from resolution.matching.comparisons import Comparison
from resolution.matching.vectors import Vectors

RANDOM_PAIRS = 200_000  # enough for level shares down to 1e-4; rarer agreement comes from value counts
TRAINING_PAIRS = 250_000  # blocked pairs that EM looks at; more changes m by less than 0.005
SEED = 20_260_101
PARTS = 1_000_000  # into which hashes are cut to draw a share of rows


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return the number of rows of a table."""
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def random_pairs(connection: duckdb.DuckDBPyConnection, table: str, *, target: str) -> int:
    """Create table `target` of random pairs of records (all pairs where there are few); return how many."""
    records = count(connection, table)
    if records * (records - 1) // 2 <= RANDOM_PAIRS:
        left, right = np.triu_indices(records, k=1)
    else:
        generator = np.random.default_rng(SEED)
        drawn = generator.integers(0, records, size=(2, RANDOM_PAIRS))
        chosen = np.unique(np.sort(drawn[:, drawn[0] != drawn[1]], axis=0), axis=1)
        left, right = chosen
    positions = pa.table({"l": left.astype(np.int64), "r": right.astype(np.int64)})
    connection.register("random_positions", positions)
    connection.execute(
        f"CREATE OR REPLACE TABLE {target} AS"
        f" WITH numbered AS (SELECT record_id, row_number() OVER (ORDER BY record_id) - 1 AS n FROM {table})"
        " SELECT '0' AS match_key, a.record_id AS join_key_l, b.record_id AS join_key_r"
        " FROM random_positions p JOIN numbered a ON a.n = p.l JOIN numbered b ON b.n = p.r"
    )
    connection.unregister("random_positions")
    return len(left)


def sample_pairs(
    connection: duckdb.DuckDBPyConnection, pairs: str, *, target: str, most: int = TRAINING_PAIRS
) -> float:
    """Create table `target` with about `most` of the blocked pairs; return how many each stands for."""
    total = count(connection, pairs)
    share = min(1.0, most / max(total, 1))
    connection.execute(
        f"CREATE OR REPLACE TABLE {target} AS SELECT * FROM {pairs}"
        f" WHERE hash(join_key_l || '|' || join_key_r) % {PARTS} < {int(share * PARTS)}"
    )
    return total / max(count(connection, target), 1)


def vectors_of(
    connection: duckdb.DuckDBPyConnection,
    scored: str,
    *,
    comparisons: Sequence[Comparison],
    weight: float = 1.0,
) -> Vectors:
    """Return the comparison vectors of a scored table, in order of its pairs."""
    columns = {name for name, *_ in connection.execute(f"DESCRIBE {scored}").fetchall()}
    levels = [f"gamma_{c.name}" for c in comparisons]
    adjusted = [f"mw_tf_adj_{c.name}" for c in comparisons]
    rarity = [name if name in columns else f"0.0 AS {name}" for name in adjusted]
    frame = connection.execute(
        f"SELECT {', '.join([*levels, *rarity])} FROM {scored} ORDER BY record_id_l, record_id_r"
    ).fetchnumpy()
    size = len(frame[levels[0]])
    return Vectors(
        levels=np.stack([np.asarray(frame[n]) for n in levels], axis=1).astype(np.int8),
        rarity=np.stack([np.asarray(frame[n], dtype=float) for n in adjusted], axis=1),
        weights=np.full(size, weight),
    )
