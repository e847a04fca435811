"""Samples of blocked pairs that are whole: with all pairs of every record that could join them.

A random sample of pairs tears clusters apart; what clustering tells can be learned only from whole ones. So
a sample starts from few records and follows their matches, and takes all pairs of each record it reaches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from resolution.clustering import Links, components
from resolution.domain.attributes import PartyType
from resolution.matching import engine, rules, sampling
from resolution.matching.additive import AdditiveWeights
from resolution.matching.comparisons import Comparison
from resolution.matching.model import PartyModel
from resolution.matching.vectors import Floats, Vectors

JOINS = 0.0  # log2 odds from which on a pair may join: likelier than not
FIRST_PAIRS = 40_000  # of the records that a sample starts from; with those of their matches some 150,000
MOST_PAIRS = 250_000  # past it, no further step is made
STEPS = 3  # from a record to its matches, to theirs

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class WholePairs:
    """Pairs by record number, with their vectors, and whether a rule links or a veto parts them.

    `told[p]` is false where a pair may join a record whose own pairs are not all there, so that its outcome
    is not known.
    """

    vectors: Vectors
    left: Ints
    right: Ints
    records: int
    ruled: Flags
    vetoed: Flags
    told: Flags


@dataclass(frozen=True, slots=True)
class Blocked:
    """Blocked pairs of a match input; `draft` scores their levels and says which vetoes are in force."""

    table: str
    pairs: str
    draft: PartyModel
    comparisons: tuple[Comparison, ...]
    party_type: PartyType


def all_pairs(connection: duckdb.DuckDBPyConnection, blocked: Blocked, *, scored: str) -> WholePairs:
    """Return all blocked pairs, from the table of their levels."""
    _number(connection, blocked.table)
    return _read(connection, blocked, scored=scored)


def sample_whole_pairs(
    connection: duckdb.DuckDBPyConnection, blocked: Blocked, *, weights: AdditiveWeights
) -> WholePairs:
    """Return the pairs of some records, of their matches and of the matches of those."""
    _number(connection, blocked.table)
    total, records = sampling.count(connection, blocked.pairs), sampling.count(connection, blocked.table)
    first = max(1, records * FIRST_PAIRS // (2 * max(total, 1)))
    rows = connection.execute(
        "SELECT n FROM record_numbers ORDER BY hash(record_id), record_id LIMIT ?", [first]
    ).fetchnumpy()
    reached, new = np.zeros(records, dtype=bool), np.asarray(rows["n"], dtype=np.int64)
    parts: list[WholePairs] = []
    while len(new) and len(parts) < STEPS and sum(len(p.left) for p in parts) < MOST_PAIRS:
        part = _pairs_of(connection, blocked, new=new, reached=np.flatnonzero(reached))
        reached[new] = True
        parts.append(part)
        joins = _may_join(part, weights)
        ends = np.unique(np.concatenate([part.left[joins], part.right[joins]]))
        new = ends[~reached[ends]]
    whole = _together(parts)
    joins = _may_join(whole, weights)
    told = ~(joins & ~(reached[whole.left] & reached[whole.right]))
    vectors = replace(whole.vectors, weights=_weights(whole, joins, reached=reached, total=total))
    return replace(whole, vectors=vectors, told=told)


def _weights(pairs: WholePairs, joins: Flags, *, reached: Flags, total: int) -> Floats:
    """Return how many pairs each stands for.

    A record is reached the likelier the more records it is tied to, and a pair by either of its records.
    """
    left, right = pairs.left[joins], pairs.right[joins]
    tied = components(pairs.records, Links(left, right, np.zeros(len(left)), np.ones(len(left), dtype=bool)))
    share = np.where(reached, 1.0 / np.bincount(tied)[tied], 0.0)
    weights = share[pairs.left] + share[pairs.right]
    return np.asarray(weights * total / max(float(weights.sum()), 1e-9))


def _may_join(pairs: WholePairs, weights: AdditiveWeights) -> Flags:
    return np.asarray(((weights.score(pairs.vectors) >= JOINS) | pairs.ruled) & ~pairs.vetoed)


def _number(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE record_numbers AS"
        f" SELECT record_id, row_number() OVER (ORDER BY record_id) - 1 AS n FROM {table}"
    )


def _pairs_of(
    connection: duckdb.DuckDBPyConnection, blocked: Blocked, *, new: Ints, reached: Ints
) -> WholePairs:
    """Return the pairs of the records `new` that are not also of the records `reached`."""
    for name, numbers in (("new_numbers", new), ("reached_numbers", reached)):
        connection.register("given_numbers", pa.table({"n": numbers}))
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS"
            " SELECT record_id FROM record_numbers SEMI JOIN given_numbers USING (n)"
        )
        connection.unregister("given_numbers")
    new_end, known_end = (
        f"(join_key_l IN (SELECT record_id FROM {name}) OR join_key_r IN (SELECT record_id FROM {name}))"
        for name in ("new_numbers", "reached_numbers")
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE whole_pairs AS SELECT * FROM {blocked.pairs}"
        f" WHERE {new_end} AND NOT {known_end}"
    )
    engine.score_pairs(
        connection, blocked.table, pairs="whole_pairs", model=blocked.draft, target="whole_levels"
    )
    return _read(connection, blocked, scored="whole_levels")


def _read(connection: duckdb.DuckDBPyConnection, blocked: Blocked, *, scored: str) -> WholePairs:
    ruled, vetoed = (
        f"({sql.replace('level_', 'gamma_')}) IS NOT NULL"
        for sql in (
            rules.link_rule_sql(blocked.party_type, blocked.draft),
            rules.veto_sql(blocked.party_type, blocked.draft),
        )
    )
    found = connection.execute(
        f"SELECT a.n AS l, b.n AS r, {ruled} AS ruled, {vetoed} AS vetoed FROM {scored}"
        " JOIN record_numbers a ON a.record_id = record_id_l"
        " JOIN record_numbers b ON b.record_id = record_id_r ORDER BY l, r"
    ).fetchnumpy()
    return WholePairs(
        vectors=sampling.vectors_of(connection, scored, comparisons=blocked.comparisons),
        left=np.asarray(found["l"], dtype=np.int64),
        right=np.asarray(found["r"], dtype=np.int64),
        records=sampling.count(connection, "record_numbers"),
        ruled=np.asarray(found["ruled"], dtype=bool),
        vetoed=np.asarray(found["vetoed"], dtype=bool),
        told=np.ones(len(found["l"]), dtype=bool),
    )


def _together(parts: Sequence[WholePairs]) -> WholePairs:
    vectors = Vectors(
        levels=np.concatenate([p.vectors.levels for p in parts]),
        rarity=np.concatenate([p.vectors.rarity for p in parts]),
        weights=np.concatenate([p.vectors.weights for p in parts]),
    )
    left, right, ruled, vetoed, told = (
        np.concatenate([getattr(p, name) for p in parts])
        for name in ("left", "right", "ruled", "vetoed", "told")
    )
    return WholePairs(vectors, left, right, parts[0].records, ruled, vetoed, told)
