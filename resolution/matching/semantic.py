"""The meaning of organisation names, for pairs that everything else leaves undecided.

`Central Baptist Day Nursery` and `Baptist Childcare Central` share little spelling and much meaning. An
embedding of the names sees that; it costs more than all other comparisons together and says nothing new
where the spelling agrees. So it looks only at pairs that are undecided (no rule, no veto, a weight
as far above the match threshold as the review threshold lies below it, at most) and whose spelling is
at its worst level. Its weight is additive as every other, and its levels are part of the model.

Learned without labels. u comes from random names at that level, corrected by the pairs that blocking brought
and the other evidence does not believe in: firms that share a word of their trade mean alike too. m comes
from the pairs that it may believe in, each counted as much as it is believed. (Confident matches alone would
teach nothing: a pair with different names is hardly ever confident without this comparison.) Measured in
docs/decisions/0006-semantic-names-are-a-switch.md.
"""

import math
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from resolution.domain.attributes import PartyType
from resolution.matching import engine, sampling
from resolution.matching.model import PartyModel, TrainedComparison, TrainedLevel
from resolution.matching.name_vectors import NameVectors
from resolution.matching.vectors import Floats

NAME = "name_meaning"
SPELLING = "org_name"  # the comparison of spellings, at whose worst level meaning counts

# Cosine of all-MiniLM-L6-v2 over four sets of names (restaurants, nurseries, employers, a CRM): .22 is the
# median of two random names, .42 their 90th percentile, .70 their 99th.
LEVELS = (("same meaning", 0.70, 0.15), ("close", 0.45, 0.35), ("unrelated", None, 0.50))  # label, cosine, m
PRIOR_MATCHES = 30.0  # what the m above are worth, in pairs: a guess, soon outweighed
PRIOR_STRANGERS = 50.0  # what u of random names is worth against u of pairs that blocking brought
RANDOM_NAMES = 256  # 32,640 pairs: enough for shares down to 1e-3
MOST_LEARNED_FROM = 1_000  # pairs of links, for m and for u each: their names take 4 ms apiece
CHUNK = 4096  # pairs whose vectors are multiplied at a time
DIGITS = 3  # of the cosine; batches of other names move the seventh


def weight_of(probability: float) -> float:
    """Return the match weight (log2 odds) of a probability."""
    return math.log2(probability / (1 - probability)) if 0 < probability < 1 else math.inf


def can_compare(model: PartyModel) -> bool:
    """Return whether a model scores pairs and compares spellings, without which meaning has no place."""
    return model.status != "rules_only" and any(c.name == SPELLING for c in model.comparisons)


def add_meaning(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    *,
    model: PartyModel,
    is_to_learn: bool = False,
    vectors: NameVectors | None = None,
) -> PartyModel:
    """Compare the undecided pairs of `links` by meaning where the model says how; return the model.

    With `is_to_learn` the model says how afterwards, unless there is nothing to compare. `table` is the
    match input of the organisations. Without either nothing happens, and nothing is loaded.
    """
    known = vectors or NameVectors()
    if is_to_learn:
        model = replace(model, semantic=learn_meaning(connection, table, model=model, vectors=known))
    if model.semantic is not None:
        compare_meaning(connection, table, model=model, vectors=known)
    return model


def learn_meaning(
    connection: duckdb.DuckDBPyConnection, table: str, *, model: PartyModel, vectors: NameVectors
) -> TrainedComparison | None:
    """Return the trained comparison of meanings, None where no pair of `links` would be compared."""
    if not can_compare(model) or not _undecided(connection, table, model=model):
        return None
    believed = _spelled_apart(connection, table, where=f"match_probability >= {model.review_threshold!r}")
    doubted = _spelled_apart(connection, table, where=f"match_probability < {model.review_threshold!r}")
    chance = _random_names(connection, table, model=model)
    if believed.num_rows == 0 or chance.num_rows == 0:
        return None
    prior_m = np.array([m for *_, m in reversed(LEVELS)])
    matched, _ = _counts(believed, vectors)
    _, rejected = _counts(doubted, vectors)
    _, strangers = _counts(chance, vectors)
    prior_u = (strangers + 0.5) / (strangers + 0.5).sum()
    m, u = _posterior(matched, prior_m, PRIOR_MATCHES), _posterior(rejected, prior_u, PRIOR_STRANGERS)
    return _trained(*_in_order(m, u))


def _counts(pairs: pa.Table, vectors: NameVectors) -> tuple[Floats, Floats]:
    """Return the expected matches and the expected non-matches among pairs, by level."""
    if pairs.num_rows == 0:
        return np.zeros(len(LEVELS)), np.zeros(len(LEVELS))
    levels, probability = _level_of(_cosines(pairs, vectors)), np.asarray(pairs["probability"], dtype=float)
    matched = np.bincount(levels, weights=probability, minlength=len(LEVELS))
    rest = np.bincount(levels, weights=1 - probability, minlength=len(LEVELS))
    return matched.astype(float), rest.astype(float)


def _posterior(counts: Floats, prior: Floats, pairs: float) -> Floats:
    return np.asarray((counts + pairs * prior) / (counts.sum() + pairs))


def _in_order(m: Floats, u: Floats) -> tuple[Floats, Floats]:
    """Return m and u with levels pooled where a lower one would weigh more than a higher one."""
    blocks: list[list[int]] = []
    for level in range(len(m)):
        blocks.append([level])
        while len(blocks) > 1 and _ratio(m, u, blocks[-2]) > _ratio(m, u, blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    pooled_m, pooled_u = m.copy(), u.copy()
    for block in blocks:
        pooled_m[block], pooled_u[block] = m[block].mean(), u[block].mean()
    return pooled_m, pooled_u


def _ratio(m: Floats, u: Floats, levels: list[int]) -> float:
    return float(m[levels].sum() / u[levels].sum())


def compare_meaning(
    connection: duckdb.DuckDBPyConnection, table: str, *, model: PartyModel, vectors: NameVectors
) -> int:
    """Add level and weight of `model.semantic` to the undecided pairs of `links`; return how many.

    Pairs that hold a level already are left as they are, so that doing it twice is doing it once.
    """
    connection.execute(f"ALTER TABLE links ADD COLUMN IF NOT EXISTS level_{NAME} TINYINT")
    connection.execute(f"ALTER TABLE links ADD COLUMN IF NOT EXISTS weight_{NAME} DOUBLE")
    if model.semantic is None or not can_compare(model):
        return 0
    if not _undecided(connection, table, model=model):
        return 0
    pairs = connection.execute("SELECT * FROM undecided ORDER BY ALL").to_arrow_table()
    compared = pairs.append_column("cosine", pa.array(_cosines(pairs, vectors), pa.float64()))
    connection.register("compared", compared)
    connection.execute(_UPDATE.format(**_sql_parts(model, model.semantic)))
    connection.unregister("compared")
    connection.execute("DROP TABLE undecided")
    return int(pairs.num_rows)


_UPDATE = f"""
UPDATE links SET level_{NAME} = found.level, weight_{NAME} = found.weight, match_weight = found.total,
    match_probability = found.probability, band = found.band,
    method = CASE WHEN links.band <> 'match' AND found.band = 'match' THEN 'assisted' ELSE links.method END
FROM (
    WITH levelled AS (SELECT *, {{level}} AS level FROM compared),
    weighed AS (SELECT *, {{weight}} AS weight FROM levelled),
    summed AS (SELECT *, match_weight + weight AS total FROM weighed),
    judged AS (SELECT *, 1 / (1 + pow(2, -total)) AS probability FROM summed)
    SELECT *, CASE WHEN probability >= {{match}} THEN 'match' WHEN probability >= {{review}} THEN 'review'
        ELSE 'no_match' END AS band
    FROM judged
) found
WHERE links.record_id_l = found.record_id_l AND links.record_id_r = found.record_id_r
"""


def _sql_parts(model: PartyModel, semantic: TrainedComparison) -> dict[str, str]:
    known = sorted(semantic.levels, key=lambda level: -level.level)
    levels = " ".join(f"WHEN {level.sql} THEN {level.level}" for level in known if level.sql)
    weights = " ".join(f"WHEN {level.level} THEN {level.weight!r}::DOUBLE" for level in known)
    return {
        "level": f"CASE {levels} ELSE 0 END",
        "weight": f"CASE level {weights} END",
        "match": repr(model.match_threshold),
        "review": repr(model.review_threshold),
    }


def _undecided(connection: duckdb.DuckDBPyConnection, table: str, *, model: PartyModel) -> int:
    """Create table `undecided` (record_id_l, record_id_r, match_weight, name_l, name_r); return its size."""
    match, review = weight_of(model.match_threshold), weight_of(model.review_threshold)
    new = f"AND level_{NAME} IS NULL" if _has_column(connection, f"level_{NAME}") else ""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE undecided AS
        SELECT k.record_id_l, k.record_id_r, k.match_weight, a.org_name AS name_l, b.org_name AS name_r
        FROM links k
        JOIN {table} a ON a.record_id = k.record_id_l JOIN {table} b ON b.record_id = k.record_id_r
        WHERE party_type = '{PartyType.ORGANIZATION.value}' AND veto IS NULL AND method = 'probabilistic'
            AND level_{SPELLING} = 0 AND match_weight BETWEEN {review!r} AND {2 * match - review!r} {new}
        """
    )
    return sampling.count(connection, "undecided")


def _has_column(connection: duckdb.DuckDBPyConnection, column: str) -> bool:
    return column in {name for name, *_ in connection.execute("DESCRIBE links").fetchall()}


def _spelled_apart(connection: duckdb.DuckDBPyConnection, table: str, *, where: str) -> pa.Table:
    """Return (name_l, name_r, probability) of some pairs of `links` at the worst level of spelling."""
    return connection.execute(
        f"""
        SELECT a.org_name AS name_l, b.org_name AS name_r,
            if(veto IS NULL, match_probability, 0.0) AS probability
        FROM links JOIN {table} a ON a.record_id = record_id_l JOIN {table} b ON b.record_id = record_id_r
        WHERE party_type = '{PartyType.ORGANIZATION.value}' AND level_{SPELLING} = 0 AND {where}
        ORDER BY md5(record_id_l || ' ' || record_id_r), record_id_l, record_id_r LIMIT {MOST_LEARNED_FROM}
        """
    ).to_arrow_table()


def _random_names(connection: duckdb.DuckDBPyConnection, table: str, *, model: PartyModel) -> pa.Table:
    """Return (name_l, name_r) of random pairs of names at the worst level of spelling."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE drawn AS
        SELECT min(record_id) AS record_id, org_name FROM {table} WHERE org_name IS NOT NULL
        GROUP BY org_name ORDER BY md5(org_name), org_name LIMIT {RANDOM_NAMES}
        """
    )
    connection.execute(
        "CREATE OR REPLACE TABLE drawn_pairs AS SELECT '0' AS match_key, a.record_id AS join_key_l,"
        " b.record_id AS join_key_r FROM drawn a JOIN drawn b ON a.record_id < b.record_id"
    )
    spelling = tuple(c for c in model.comparisons if c.name == SPELLING)
    engine.score_pairs(
        connection,
        table,
        pairs="drawn_pairs",
        model=replace(model, comparisons=spelling),
        target="drawn_levels",
    )
    found = connection.execute(
        "SELECT a.org_name AS name_l, b.org_name AS name_r, 0.0 AS probability FROM drawn_levels"
        " JOIN drawn a ON a.record_id = record_id_l JOIN drawn b ON b.record_id = record_id_r"
        f" WHERE gamma_{SPELLING} = 0 ORDER BY ALL"
    ).to_arrow_table()
    for name in ("drawn_levels", "drawn_pairs", "drawn"):
        connection.execute(f"DROP TABLE {name}")
    return found


def _cosines(pairs: pa.Table, vectors: NameVectors) -> Floats:
    """Return the rounded cosine of each pair's names."""
    left, right = pairs["name_l"].to_pylist(), pairs["name_r"].to_pylist()
    names = sorted({*left, *right})
    place = {name: i for i, name in enumerate(names)}
    known = vectors.of(names).astype(np.float64)
    rows_l, rows_r = (np.array([place[name] for name in side]) for side in (left, right))
    cosines = [
        np.einsum("ij,ij->i", known[rows_l[i : i + CHUNK]], known[rows_r[i : i + CHUNK]])
        for i in range(0, len(left), CHUNK)
    ]
    return np.asarray(np.round(np.concatenate(cosines), DIGITS))


def _level_of(cosines: Floats) -> NDArray[np.intp]:
    bounds = sorted(bound for _, bound, _ in LEVELS if bound is not None)
    return np.searchsorted(np.array(bounds), cosines, side="right")


def _trained(m: Floats, u: Floats) -> TrainedComparison:
    levels = []
    for i, (label, bound, _) in enumerate(LEVELS):
        number = len(LEVELS) - 1 - i
        levels.append(
            TrainedLevel(
                level=number,
                label=label,
                sql="" if bound is None else f"cosine >= {bound}",
                m=float(m[number]),
                u=float(u[number]),
                weight=float(np.log2(m[number] / u[number])),
            )
        )
    levels.append(TrainedLevel(-1, "missing", "cosine IS NULL", None, None, 0.0))
    return TrainedComparison(NAME, "Name by meaning", (SPELLING,), tuple(levels))
