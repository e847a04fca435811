"""Which pairs are looked at: blocking keys, limited by how common their values are.

A blocking key is an SQL expression over the match input. Two records meet when they share the value of
any key. Values that too many records share (a switchboard, a tower, `john smith`) would cost the most
and say the least; they are found from the data when a model is trained, kept in the model, and never
block. One limit on the block size holds for all keys: the largest for which all rules together stay
within the budget of pairs.
"""

from collections.abc import Iterable, Mapping, Sequence

import duckdb
import pyarrow as pa

from resolution.matching.engine import KEY_PREFIX
from resolution.matching.model import BlockingRule

SMALLEST_BUDGET = 300_000  # pairs; seconds of work at most
PAIRS_PER_RECORD = 100  # for data that fits one machine easily; rules overlap, so unique pairs are fewer
LARGE_BUDGET = 4_000_000  # beyond it, LARGE_PAIRS_PER_RECORD more per record
LARGE_PAIRS_PER_RECORD = 4
SMALLEST_BLOCK = 3  # a value shared by so few is never too common


def pair_budget(records: int) -> int:
    """Return how many blocked pairs, counted once per rule, `records` records may cost."""
    generous = records * PAIRS_PER_RECORD
    return max(SMALLEST_BUDGET, min(generous, LARGE_BUDGET + records * LARGE_PAIRS_PER_RECORD))


def _hash_keys(connection: duckdb.DuckDBPyConnection, table: str, *, keys: Mapping[str, str]) -> None:
    """Create table `key_hashes`: the hash of every key, made once for all questions about blocks.

    `place` is the row in the table.
    """
    hashes = ", ".join(
        f"CASE WHEN ({sql}) IS NOT NULL THEN hash({sql}) END AS {n}" for n, sql in keys.items()
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE key_hashes AS SELECT rowid AS place, {hashes} FROM {table}"
    )


def _block_sizes(
    connection: duckdb.DuckDBPyConnection, *, keys: Iterable[str]
) -> dict[str, list[tuple[int, int]]]:
    """Return for each key how many blocks of `key_hashes` there are of each size above one."""
    sizes = {}
    for name in keys:
        rows = connection.execute(
            f"SELECT n, count(*) FROM (SELECT count(*) AS n FROM key_hashes WHERE {name} IS NOT NULL"
            f" GROUP BY {name}) WHERE n > 1 GROUP BY n ORDER BY n"
        ).fetchall()
        if rows:
            sizes[name] = [(int(n), int(blocks)) for n, blocks in rows]
    return sizes


def _largest_block(sizes: Mapping[str, Sequence[tuple[int, int]]], *, budget: int) -> int:
    """Return the largest block size for which all rules together stay within `budget` pairs."""
    pairs_by_size: dict[int, int] = {}
    for blocks in sizes.values():
        for n, count in blocks:
            pairs_by_size[n] = pairs_by_size.get(n, 0) + count * n * (n - 1) // 2
    limit, spent = SMALLEST_BLOCK, 0
    for n in sorted(pairs_by_size):
        spent += pairs_by_size[n]
        if spent > budget and n > SMALLEST_BLOCK:
            break
        limit = max(limit, n)
    return limit


def learn_blocking(
    connection: duckdb.DuckDBPyConnection, table: str, *, keys: Mapping[str, str], records: int
) -> tuple[BlockingRule, ...]:
    """Return the rules that meet any pair at all, with the values that too many records share."""
    if not keys:
        return ()
    _hash_keys(connection, table, keys=keys)
    sizes = _block_sizes(connection, keys=keys)
    limit = _largest_block(sizes, budget=pair_budget(records))
    rules = []
    for name in (n for n in keys if n in sizes):
        sql, stops = keys[name], []
        if sizes[name][-1][0] > limit:
            # one row of each large block tells its value: texts are made of few rows, not of all
            large = (
                f"SELECT min(place) FROM key_hashes WHERE {name} IS NOT NULL"
                f" GROUP BY {name} HAVING count(*) > {limit}"
            )
            stops = connection.execute(
                f"SELECT {sql} AS v FROM {table} WHERE rowid IN ({large}) ORDER BY v"
            ).fetchall()
        rules.append(BlockingRule(name, sql, limit, tuple(str(v) for (v,) in stops)))
    connection.execute("DROP TABLE key_hashes")
    return tuple(rules)


def _blocks(rule: BlockingRule) -> str:
    """Return the condition that a record may block by the rule: it has the key, and not a common value."""
    present = f"({rule.sql}) IS NOT NULL"
    if not rule.stop_values:
        return present
    return f"{present} AND ({rule.sql}) NOT IN (SELECT value FROM stop_values WHERE rule = '{rule.name}')"


def key_columns(connection: duckdb.DuckDBPyConnection, *, rules: Sequence[BlockingRule]) -> tuple[str, ...]:
    """Return one column per rule for the match input: the hash of the key, NULL where it does not block.

    Makes table `stop_values`, which the columns read.
    """
    rows = [(rule.name, value) for rule in rules for value in rule.stop_values]
    columns = {
        name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(("rule", "value"))
    }
    connection.register("learned_stop_values", pa.table(columns))
    connection.execute("CREATE OR REPLACE TEMP TABLE stop_values AS SELECT * FROM learned_stop_values")
    connection.unregister("learned_stop_values")
    return tuple(
        f"CASE WHEN {_blocks(rule)} THEN hash({rule.sql}) END AS {KEY_PREFIX}{rule.name}" for rule in rules
    )
