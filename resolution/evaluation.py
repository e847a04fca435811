"""How good a run is, measured against truth: pair and B-cubed scores, exact clusters, calibration.

Pairs are counted after closure (every two records of a cluster are a pair). A labelled record that is
in no cluster counts as a cluster of one; a record without a label is ignored. B-cubed as in Bagga and
Baldwin (1998). Intervals are percentile bootstraps (95 %) over entities and the clusters they share.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import duckdb
import numpy as np
import pyarrow as pa

from resolution.domain.errors import InputError, RunNotFound
from resolution.evaluation_calibration import CalibrationError, calibration_error
from resolution.evaluation_counts import (
    Bootstrap,
    Estimate,
    PairOverlap,
    RecordOverlap,
    Scores,
    score_pairs,
    score_records,
)
from resolution.evaluation_truth import Truth, read_truth

SIZE_BANDS = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20), (21, 10**9))
# The cluster id of a record that is in no cluster begins with a character that no other id holds.
_ASSIGNED = """
select t.entity_id, coalesce(t.record_type, c.party_type) as record_type, c.cluster_id is null as is_alone,
    coalesce(c.cluster_id, chr(31) || t.source || chr(31) || t.source_id) as cluster_id
from truth t left join clusters c using (source, source_id)
"""
_TYPED = """
select c.source, c.source_id, c.cluster_id, g.party_type
from read_parquet($clusters) c left join read_parquet($golden_records) g on g.golden_id = c.cluster_id
"""
_UNLABELLED = """
select c.cluster_id, count(*) as records from clusters c
anti join truth t using (source, source_id) group by c.cluster_id
"""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was measured; `to_json` gives it as plain values.

    `by_size` is keyed by band (`1`, `4-5`, `21+`): its precision is over clusters of that size, its
    recall over true entities of that size. `records_not_found` are labelled records that the run does
    not have (each counts as a cluster of one).
    """

    truth: str
    form: Literal["entities", "pairs"]
    overall: Scores
    by_type: Mapping[str, Scores] = field(default_factory=dict)
    by_size: Mapping[str, Scores] = field(default_factory=dict)
    calibration: CalibrationError | None = None
    records_not_found: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the evaluation as values that `json.dumps` takes."""
        return dict(json.loads(json.dumps(asdict(self))))


@dataclass(frozen=True, slots=True)
class Options:
    """How to measure.

    `is_complete`: the truth names every record that has a partner, so an unlabelled record in a cluster
    with a labelled one is a mistake.
    """

    bootstrap: Bootstrap = field(default_factory=Bootstrap)
    is_complete: bool = False


DEFAULT_OPTIONS = Options()


def evaluate_run(folder: Path, truth_file: Path, *, options: Options = DEFAULT_OPTIONS) -> Evaluation:
    """Measure the complete run in `folder` against a truth file.

    Raises:
        RunNotFound: The folder holds no complete run.
        InputError: The truth file cannot be used, or shares no record with the run.
    """
    clusters = folder / "clusters.parquet"
    if not clusters.is_file():
        raise RunNotFound(f"{folder} holds no complete run; make one with `concord resolve … --out {folder}`")
    links, golden = folder / "links.parquet", folder / "golden_records.parquet"
    given: pa.Table | Path = clusters
    if golden.is_file():
        with duckdb.connect() as connection:
            files = {"clusters": str(clusters), "golden_records": str(golden)}
            given = connection.execute(_TYPED, files).to_arrow_table()
    return evaluate(given, read_truth(truth_file), links=links if links.is_file() else None, options=options)


def evaluate(
    clusters: pa.Table | Path,
    truth: Truth,
    *,
    links: pa.Table | Path | None = None,
    options: Options = DEFAULT_OPTIONS,
) -> Evaluation:
    """Measure `clusters` (source, source_id, cluster_id), and `links` when given, against `truth`.

    Scores by type go by the truth's record_type, else by a column party_type of the clusters.
    `links` are scored pairs (record_id_l, record_id_r, match_probability), as tables or Parquet files.

    Raises:
        InputError: Truth and clusters share no record, or a record is in two clusters.
    """
    with duckdb.connect() as connection:
        _open(connection, "clusters", clusters, also=("party_type",))
        connection.register("truth", truth.table)
        _refuse_two_clusters(connection)
        measured = _by_entities if truth.form == "entities" else _by_pairs
        parts = measured(connection, truth, options)
        calibration = None
        if links is not None:
            _open(connection, "links", links)
            calibration = calibration_error(connection, truth.form)
    return Evaluation(truth=truth.name, form=truth.form, calibration=calibration, **parts)


def _open(
    connection: duckdb.DuckDBPyConnection, name: str, given: pa.Table | Path, *, also: tuple[str, ...] = ()
) -> None:
    """Make a view of a table or Parquet file; columns `also` are null where it lacks them."""
    found = connection.read_parquet(str(given)) if isinstance(given, Path) else connection.from_arrow(given)
    lacking = [f"null::varchar as {column}" for column in also if column not in found.columns]
    found.project(", ".join(["*", *lacking])).create_view(name)


def _refuse_two_clusters(connection: duckdb.DuckDBPyConnection) -> None:
    twice = connection.execute(
        "select source, source_id from clusters group by all having count(*) > 1 order by all limit 1"
    ).fetchone()
    if twice:
        raise InputError(
            f"record {twice[1]} of source {twice[0]} is in the clusters twice; keep one row of it"
        )


def _by_entities(connection: duckdb.DuckDBPyConnection, truth: Truth, options: Options) -> dict[str, Any]:
    assigned = connection.execute(_ASSIGNED).to_arrow_table()
    alone = int(np.count_nonzero(_column(assigned, "is_alone")))
    if alone == assigned.num_rows:
        raise _nothing_in_common(connection, truth, ("source",))
    clusters = assigned["cluster_id"].combine_chunks().dictionary_encode()
    extra = np.zeros(len(clusters.dictionary), dtype=np.int64)
    if options.is_complete:
        unlabelled = dict(connection.execute(_UNLABELLED).fetchall())
        extra = np.array([unlabelled.get(key, 0) for key in clusters.dictionary.to_pylist()], dtype=np.int64)
    entity = _codes(assigned["entity_id"])
    cluster = clusters.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    overlap = RecordOverlap.count(entity, cluster, unlabelled=extra)
    measure = options.bootstrap
    overall = score_records(overlap, bootstrap=measure)

    def of_rows(rows: np.ndarray[Any, np.dtype[np.bool_]]) -> Scores:
        if rows.all():
            return overall
        part = RecordOverlap.count(entity[rows], cluster[rows], unlabelled=extra)
        return score_records(part, bootstrap=measure)

    return {
        "overall": overall,
        "by_type": {kind: of_rows(rows) for kind, rows in _rows_by_type(assigned)},
        "by_size": {
            _band_name(low, high): score_records(overlap, sizes=(low, high), bootstrap=measure)
            for low, high in SIZE_BANDS
            if overlap.has_size(low, high)
        },
        "records_not_found": alone,
    }


def _by_pairs(connection: duckdb.DuckDBPyConnection, truth: Truth, options: Options) -> dict[str, Any]:
    overlap = PairOverlap.count(connection)
    if overlap.records_found == 0:
        raise _nothing_in_common(connection, truth, ("source_l", "source_r"))
    scores = score_pairs(overlap, bootstrap=options.bootstrap)
    return {"overall": scores, "records_not_found": overlap.records_not_found}


def _column(table: pa.Table, name: str) -> np.ndarray[Any, Any]:
    return np.asarray(table[name].to_numpy())


def _codes(column: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.int64]]:
    indices = column.combine_chunks().dictionary_encode().indices
    return np.asarray(indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def _rows_by_type(assigned: pa.Table) -> list[tuple[str, np.ndarray[Any, np.dtype[np.bool_]]]]:
    kinds = assigned["record_type"].combine_chunks().dictionary_encode()
    code = kinds.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return sorted((str(kind), code == i) for i, kind in enumerate(kinds.dictionary.to_pylist()))


def _band_name(low: int, high: int) -> str:
    if low == high:
        return str(low)
    return f"{low}+" if (low, high) == SIZE_BANDS[-1] else f"{low}-{high}"


def _nothing_in_common(
    connection: duckdb.DuckDBPyConnection, truth: Truth, source_columns: tuple[str, ...]
) -> InputError:
    def sources(table: str, columns: tuple[str, ...]) -> str:
        relation = connection.view(table)
        found = {row[0] for column in columns for row in relation.unique(f"{column}").limit(50).fetchall()}
        return ", ".join(sorted(found)[:6])

    return InputError(
        f"{truth.name} and the run have no record in common: the truth has the sources"
        f" {sources('truth', source_columns)}, the run has {sources('clusters', ('source',))};"
        " make source and source_id in the truth equal to those in clusters.csv"
    )


__all__ = ["Bootstrap", "Estimate", "Evaluation", "Options", "evaluate", "evaluate_run"]
