"""Which pairs are looked at: blocking keys, limited by how common their values are.

A blocking key is an SQL expression over the match input. Two records meet when they share the value of
any key. Values that too many records share (a switchboard, a tower, `john smith`) would cost the most
and say the least; they are found from the data when a model is trained, kept in the model, and never
block. One limit on the block size holds for all keys: the largest for which all rules together stay
within the budget of pairs.

Where a table holds one party many times over (an inventor of a thousand patents), its records are alike in
every key: twins. They are no reason to take a value for common, so a block is as large as the records in it
that differ in some key; the pairs of twins have a budget of their own, for each rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import duckdb
import pyarrow as pa

from resolution.matching.engine import KEY_PREFIX
from resolution.matching.model import BlockingRule

SMALLEST_BUDGET = 300_000  # pairs; seconds of work at most
PAIRS_PER_RECORD = 100  # for data that fits one machine easily; rules overlap, so unique pairs are fewer
LARGE_BUDGET = 4_000_000  # beyond it, LARGE_PAIRS_PER_RECORD more per record
LARGE_PAIRS_PER_RECORD = 4
SMALLEST_BLOCK = 3  # a value shared by so few is never too common
TWIN_BUDGETS = 4  # budgets of pairs that one rule may cost with its twins: as pairs go, they are cheap
MOST_TWIN_PAIRS = 10_000_000  # but no more than memory holds, and never less than the budget itself


class Blocks(NamedTuple):
    """Blocks of one size: how many there are, the records in each, and how many of those are no twins."""

    kinds: int
    records: int
    blocks: int

    @property
    def pairs(self) -> int:
        """All pairs of these blocks."""
        return self.blocks * self.records * (self.records - 1) // 2

    @property
    def pairs_of_kinds(self) -> int:
        """Their pairs if twins were one record."""
        return self.blocks * self.kinds * (self.kinds - 1) // 2


def pair_budget(records: int) -> int:
    """Return how many blocked pairs, counted once per rule, `records` records may cost."""
    generous = records * PAIRS_PER_RECORD
    return max(SMALLEST_BUDGET, min(generous, LARGE_BUDGET + records * LARGE_PAIRS_PER_RECORD))


def twin_budget(budget: int) -> int:
    """Return how many pairs, those of twins included, one rule may cost where all may cost `budget`."""
    return max(budget, min(TWIN_BUDGETS * budget, MOST_TWIN_PAIRS))


def _hash_keys(connection: duckdb.DuckDBPyConnection, table: str, *, keys: Mapping[str, str]) -> None:
    """Create table `key_hashes`: the hash of every key, made once for all questions about blocks.

    One row for each kind of record, with its `copies`; `place` is the row of the first in the table.
    """
    hashes = ", ".join(
        f"CASE WHEN ({sql}) IS NOT NULL THEN hash({sql}) END AS {n}" for n, sql in keys.items()
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE key_hashes AS SELECT {', '.join(keys)}, count(*) AS copies,"
        f" min(place) AS place FROM (SELECT rowid AS place, {hashes} FROM {table}) GROUP BY {', '.join(keys)}"
    )


def _block_sizes(connection: duckdb.DuckDBPyConnection, *, keys: Iterable[str]) -> dict[str, list[Blocks]]:
    """Return for each key the sizes of its blocks of `key_hashes` with more than one record."""
    sizes = {}
    for name in keys:
        rows = connection.execute(
            "SELECT kinds, records, count(*) FROM (SELECT count(*) AS kinds, sum(copies)::BIGINT AS records"
            f" FROM key_hashes WHERE {name} IS NOT NULL GROUP BY {name})"
            " WHERE records > 1 GROUP BY kinds, records ORDER BY kinds, records"
        ).fetchall()
        if rows:
            sizes[name] = [Blocks(*row) for row in rows]
    return sizes


def _largest_block(sizes: Mapping[str, Sequence[Blocks]], *, budget: int) -> int:
    """Return the largest block, in kinds, for which all rules together stay within `budget` pairs."""
    pairs_by_size: dict[int, int] = {}
    for blocks in sizes.values():
        for size in blocks:
            pairs_by_size[size.kinds] = pairs_by_size.get(size.kinds, 0) + size.pairs_of_kinds
    limit, spent = SMALLEST_BLOCK, 0
    for n in sorted(pairs_by_size):
        spent += pairs_by_size[n]
        if spent > budget and n > SMALLEST_BLOCK:
            break
        limit = max(limit, n)
    return limit


def _most_records(sizes: Iterable[Blocks], *, largest: int, budget: int) -> int:
    """Return how many records, twins included, a block of one rule may hold to stay within `budget` pairs."""
    most, spent = SMALLEST_BLOCK, 0
    for size in sorted((s for s in sizes if s.kinds <= largest), key=lambda s: s.records):
        spent += size.pairs
        if spent > budget and size.records > SMALLEST_BLOCK:
            break
        most = max(most, size.records)
    return most


def learn_blocking(
    connection: duckdb.DuckDBPyConnection, table: str, *, keys: Mapping[str, str], records: int
) -> tuple[BlockingRule, ...]:
    """Return the rules that meet any pair at all, with the values that too many records share."""
    if not keys:
        return ()
    _hash_keys(connection, table, keys=keys)
    sizes = _block_sizes(connection, keys=keys)
    budget = pair_budget(records)
    limit = _largest_block(sizes, budget=budget)
    rules = []
    for name in (n for n in keys if n in sizes):
        most = _most_records(sizes[name], largest=limit, budget=twin_budget(budget))
        stops = _stop_values(connection, table, name, sql=keys[name], limits=(limit, most))
        rules.append(BlockingRule(name, keys[name], limit, stops))
    connection.execute("DROP TABLE key_hashes")
    return tuple(rules)


def _stop_values(
    connection: duckdb.DuckDBPyConnection, table: str, name: str, *, sql: str, limits: tuple[int, int]
) -> tuple[str, ...]:
    """Return the values of a key that more kinds of records share, or more records, than `limits` say."""
    # one row of each large block tells its value: texts are made of few rows, not of all
    large = (
        f"SELECT min(place) FROM key_hashes WHERE {name} IS NOT NULL"
        f" GROUP BY {name} HAVING count(*) > {limits[0]} OR sum(copies) > {limits[1]}"
    )
    rows = connection.execute(
        f"SELECT {sql} AS v FROM {table} WHERE rowid IN ({large}) ORDER BY v"
    ).fetchall()
    return tuple(str(value) for (value,) in rows)


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
