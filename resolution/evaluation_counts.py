"""Counting: how far clusters and truth overlap, and the scores with intervals that follow.

Everything is counted per **unit of resampling** as a row of sums, so that totals and every bootstrap
replicate are weighted sums of the same rows. A unit is a component: entities and the clusters they
share, transitively, so that one wrong cluster is drawn or not drawn as a whole. A component with more
than `LARGEST_UNIT` of all records is taken apart into its entities (a pair of records of two entities
counts half for each, as in Binette et al. 2023), for one unit that decides everything has no sampling
distribution. Equal rows are counted once with a frequency, which makes 200 replicates of a million
records a matter of milliseconds and changes nothing in their distribution.
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Integers = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
LARGEST_UNIT = 0.05  # share of all records
INTERVAL = (2.5, 97.5)  # percentiles

# Positions in a row of sums. `_of_clusters` counts by the size of the cluster, `_of_entities` by the
# size of the true entity; without a restriction to a size they are equal.
_HITS_OF_CLUSTERS, _PREDICTED, _B_PRECISION, _RECORDS_OF_CLUSTERS = 0, 1, 2, 3
_HITS_OF_ENTITIES, _ACTUAL, _B_RECALL, _RECORDS_OF_ENTITIES, _EXACT, _ENTITIES = 4, 5, 6, 7, 8, 9

_PAIRS = """
with sided as (
    select source_l || chr(31) || source_id_l as l, source_r || chr(31) || source_id_r as r,
        source_l, source_r
    from truth
), known as (
    select source || chr(31) || source_id as k, source, cluster_id from clusters
)
select distinct least(l, r) as l, greatest(l, r) as r,
    coalesce(a.cluster_id, chr(31) || l) as cluster_l, coalesce(b.cluster_id, chr(31) || r) as cluster_r,
    a.k is not null as has_l, b.k is not null as has_r
from sided left join known a on a.k = l left join known b on b.k = r
where l <> r
"""
# Pairs inside a cluster count only between sources that the truth pairs up.
_PREDICTED_PAIRS = """
with met as (
    select distinct least(source_l, source_r) as a, greatest(source_l, source_r) as b from truth
), held as (
    select cluster_id, source, count(*) as n from clusters group by all
)
select x.cluster_id,
    sum(case when met.a = met.b then x.n * (x.n - 1) // 2 else x.n * y.n end)::bigint as pairs
from met join held x on x.source = met.a join held y on y.cluster_id = x.cluster_id and y.source = met.b
group by x.cluster_id having pairs > 0
"""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How often to resample (0: no intervals), and the seed that makes it repeatable."""

    replicates: int = 200
    seed: int = 20


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured share with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one group of records; None where the truth has no entities to tell them by.

    `records`, `entities` and `exact_clusters` are of labelled records; `exact_share` is of entities.
    """

    pair_precision: Estimate
    pair_recall: Estimate
    pair_f1: Estimate
    records: int = 0
    entities: int | None = None
    clusters: int | None = None
    largest_cluster: int | None = None
    true_pairs: int = 0
    predicted_pairs: int = 0
    b3_precision: Estimate | None = None
    b3_recall: Estimate | None = None
    b3_f1: Estimate | None = None
    exact_clusters: int | None = None
    exact_share: Estimate | None = None


def _choose_two(n: Integers) -> Integers:
    return n * (n - 1) // 2


@dataclass(frozen=True, slots=True)
class RecordOverlap:
    """Cells of the table entity by cluster, with the sizes of both and the unit of each entity."""

    cell_entity: Integers
    cell_cluster: Integers
    cell_records: Integers
    entity_size: Integers
    cluster_size: Integers
    unlabelled: Integers
    entity_unit: Integers

    @classmethod
    def count(cls, entity: Integers, cluster: Integers, *, unlabelled: Integers) -> "RecordOverlap":
        """Count the overlap of two codings of the same records (codes from 0, not all need occur).

        `unlabelled` holds, by cluster code, the records without a label that count against it.
        """
        entities, clusters = int(entity.max(initial=-1)) + 1, len(unlabelled)
        codes, records = np.unique(entity * clusters + cluster, return_counts=True)
        cell_entity, cell_cluster = codes // clusters, codes % clusters
        component = _components(cell_entity, cell_cluster + entities, nodes=entities + clusters)[:entities]
        entity_size = np.bincount(entity, minlength=entities).astype(np.int64)
        return cls(
            cell_entity=cell_entity,
            cell_cluster=cell_cluster,
            cell_records=records.astype(np.int64),
            entity_size=entity_size,
            cluster_size=np.bincount(cluster, minlength=clusters).astype(np.int64),
            unlabelled=unlabelled,
            entity_unit=_units(component, entity_size),
        )

    def has_size(self, low: int, high: int) -> bool:
        """Return whether any cluster or entity has between `low` and `high` records."""
        return any(
            bool(np.any((sizes >= low) & (sizes <= high))) for sizes in (self.entity_size, self.cluster_size)
        )

    def sums(self, sizes: tuple[int, int]) -> Floats:
        """Return one row of sums per unit, over clusters and entities of the given sizes."""
        low, high = sizes
        of_entity, of_cluster = self.entity_size[self.cell_entity], self.cluster_size[self.cell_cluster]
        in_cluster = (of_cluster >= low) & (of_cluster <= high)
        in_entity = (of_entity >= low) & (of_entity <= high)
        entities = (self.entity_size >= low) & (self.entity_size <= high)
        records = self.cell_records.astype(np.float64)
        hits = records * (records - 1) / 2
        predicted = records * ((of_cluster - 1) / 2 + self.unlabelled[self.cell_cluster])
        is_exact = (self.cell_records == of_entity) & (self.cell_records == of_cluster)
        unit = self.entity_unit[self.cell_entity]
        rows = {
            _HITS_OF_CLUSTERS: (unit, hits * in_cluster),
            _PREDICTED: (unit, predicted * in_cluster),
            _B_PRECISION: (unit, records**2 / of_cluster * in_cluster),
            _RECORDS_OF_CLUSTERS: (unit, records * in_cluster),
            _HITS_OF_ENTITIES: (unit, hits * in_entity),
            _ACTUAL: (self.entity_unit, _choose_two(self.entity_size) * entities),
            _B_RECALL: (unit, records**2 / of_entity * in_entity),
            _RECORDS_OF_ENTITIES: (unit, records * in_entity),
            _EXACT: (unit, is_exact & in_entity),
            _ENTITIES: (self.entity_unit, entities & (self.entity_size > 0)),
        }
        return _by_unit(rows, int(self.entity_unit.max(initial=-1)) + 1)


@dataclass(frozen=True, slots=True)
class PairOverlap:
    """One row of sums per unit of a truth that is given as pairs."""

    rows: Floats
    records_found: int
    records_not_found: int

    @classmethod
    def count(cls, connection: duckdb.DuckDBPyConnection) -> "PairOverlap":
        """Count from the tables `truth` (pairs) and `clusters` of `connection`."""
        truth = connection.execute(_PAIRS).df()
        predicted = connection.execute(_PREDICTED_PAIRS).df()
        names = np.concatenate([truth.cluster_l, truth.cluster_r, predicted.cluster_id])
        codes, known = pd.factorize(names)
        left, right, held = np.split(codes, [len(truth), 2 * len(truth)])
        unit = _units(_components(left, right, nodes=len(known)), np.bincount(left, minlength=len(known)))
        rows = {
            _HITS_OF_CLUSTERS: (unit[left], left == right),
            _HITS_OF_ENTITIES: (unit[left], left == right),
            _ACTUAL: (unit[left], np.ones(len(left))),
            _PREDICTED: (unit[held], predicted.pairs.to_numpy()),
        }
        ends = pd.concat(
            [
                truth[["l", "has_l"]].set_axis(["k", "is_known"], axis=1),
                truth[["r", "has_r"]].set_axis(["k", "is_known"], axis=1),
            ]
        ).drop_duplicates("k")
        found = int(ends.is_known.sum())
        return cls(_by_unit(rows, int(unit.max(initial=-1)) + 1), found, len(ends) - found)


def _components(left: Integers, right: Integers, *, nodes: int) -> Integers:
    edges = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(nodes, nodes))
    return np.asarray(connected_components(edges, directed=False)[1], dtype=np.int64)


def _units(component: Integers, weight: Integers) -> Integers:
    """Return the unit of each node: its component, or the node alone where that is too large."""
    total = np.bincount(component, weights=weight)
    is_large = total[component] > LARGEST_UNIT * weight.sum()
    return np.where(is_large, len(total) + np.arange(len(component)), component)


def _by_unit(rows: dict[int, tuple[Integers, Any]], units: int) -> Floats:
    sums = np.zeros((units, _ENTITIES + 1))
    for position, (unit, values) in rows.items():
        sums[:, position] = np.bincount(unit, weights=values, minlength=units)
    return sums[sums.any(axis=1)]


def _resample(rows: Floats, *, bootstrap: Bootstrap) -> Floats:
    """Return the totals of samples of as many rows, drawn with replacement."""
    kinds = pd.DataFrame(rows).groupby(list(range(rows.shape[1])), sort=True).size()
    values = np.array(kinds.index.to_list(), dtype=np.float64).reshape(len(kinds), rows.shape[1])
    drawn = np.random.default_rng(bootstrap.seed).multinomial(
        len(rows), kinds.to_numpy() / len(rows), size=bootstrap.replicates
    )
    return np.asarray(drawn @ values, dtype=np.float64)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _harmonic(precision: Floats, recall: Floats) -> Floats:
    return _share(2 * precision * recall, precision + recall)


def _measures(sums: Floats) -> dict[str, Floats]:
    pair_precision = _share(sums[:, _HITS_OF_CLUSTERS], sums[:, _PREDICTED])
    pair_recall = _share(sums[:, _HITS_OF_ENTITIES], sums[:, _ACTUAL])
    b3_precision = _share(sums[:, _B_PRECISION], sums[:, _RECORDS_OF_CLUSTERS])
    b3_recall = _share(sums[:, _B_RECALL], sums[:, _RECORDS_OF_ENTITIES])
    return {
        "pair_precision": pair_precision,
        "pair_recall": pair_recall,
        "pair_f1": _harmonic(pair_precision, pair_recall),
        "b3_precision": b3_precision,
        "b3_recall": b3_recall,
        "b3_f1": _harmonic(b3_precision, b3_recall),
        "exact_share": _share(sums[:, _EXACT], sums[:, _ENTITIES]),
    }


def _estimates(rows: Floats, *, bootstrap: Bootstrap) -> dict[str, Estimate]:
    values = _measures(rows.sum(axis=0, keepdims=True))
    if bootstrap.replicates < 1:
        return {name: Estimate(float(v[0]), float(v[0]), float(v[0])) for name, v in values.items()}
    drawn = _measures(_resample(rows, bootstrap=bootstrap))
    estimates = {}
    for name, value in values.items():
        low, high = np.percentile(drawn[name], INTERVAL)
        estimates[name] = Estimate(float(value[0]), float(low), float(high))
    return estimates


def score_records(
    overlap: RecordOverlap, *, sizes: tuple[int, int] | None = None, bootstrap: Bootstrap
) -> Scores:
    """Return the scores of an overlap, or of its clusters and entities of the given sizes alone."""
    low, high = sizes or (1, np.iinfo(np.int64).max)
    rows = overlap.sums((low, high))
    total = rows.sum(axis=0)
    clusters = overlap.cluster_size[(overlap.cluster_size >= low) & (overlap.cluster_size <= high)]
    return Scores(
        records=int(total[_RECORDS_OF_ENTITIES]),
        entities=int(total[_ENTITIES]),
        clusters=len(clusters),
        largest_cluster=int(clusters.max(initial=0)),
        true_pairs=int(total[_ACTUAL]),
        predicted_pairs=int(total[_PREDICTED]),
        exact_clusters=int(total[_EXACT]),
        **_estimates(rows, bootstrap=bootstrap),
    )


def score_pairs(overlap: PairOverlap, *, bootstrap: Bootstrap) -> Scores:
    """Return the pair scores of a truth that is given as pairs."""
    total = overlap.rows.sum(axis=0)
    estimates = _estimates(overlap.rows, bootstrap=bootstrap)
    return Scores(
        records=overlap.records_found + overlap.records_not_found,
        true_pairs=int(total[_ACTUAL]),
        predicted_pairs=int(total[_PREDICTED]),
        pair_precision=estimates["pair_precision"],
        pair_recall=estimates["pair_recall"],
        pair_f1=estimates["pair_f1"],
    )
