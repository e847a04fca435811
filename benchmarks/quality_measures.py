"""What one finished run of `concord resolve` is worth, for one row of the table.

Scores are those of `resolution/evaluation`: pairs after closure over the labelled records of the row's
record type, a record in no cluster alone. True precision is theirs too, so that it is compared with what
the tool stated for the same party type.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.labelled_decisions import Decision
from benchmarks.quality_targets import CALIBRATION_WITHIN, EXPECTATION_WITHIN, Target
from resolution.evaluation import Bootstrap, Evaluation, Options, evaluate
from resolution.evaluation_truth import Truth, read_truth

NO_INTERVALS = Options(bootstrap=Bootstrap(replicates=0))
_DECIDED_TOGETHER = """
with ids as (select source || ':party:' || source_id as record_id, cluster_id from clusters)
select d.is_match, a.cluster_id = b.cluster_id as is_together
from decided d join ids a on a.record_id = d.l join ids b on b.record_id = d.r
"""
_PERSONS_WITH_MAILBOXES = """
select count(*) from (
    select cluster_id from clusters join truth using (source, source_id) group by cluster_id
    having bool_or(record_type = 'mailbox') and bool_or(record_type = 'person')
)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the table, measured; None where the tool stated nothing or nothing could be counted."""

    target: Target
    mapping: str
    f1: float
    precision: float
    recall: float
    b3_f1: float
    expected_precision: float | None
    calibration: float | None
    calibration_pairs: int
    seconds: float
    peak_mb: float
    f1_of_undecided: float | None = None
    calibration_by_chance: float | None = None

    @property
    def is_expectation_right(self) -> bool | None:
        """Return whether the stated precision is near the true one; None where none is stated."""
        if self.expected_precision is None:
            return None
        return abs(self.expected_precision - self.precision) <= EXPECTATION_WITHIN

    @property
    def is_calibrated(self) -> bool | None:
        """Return whether the calibration error is small enough; None where no pair tells."""
        return None if self.calibration is None else self.calibration <= CALIBRATION_WITHIN


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its folder, the mapping it used, seconds and peak memory of the command."""

    folder: Path
    mapping: str
    seconds: float
    peak_mb: float


def measure(run: Run, truth_file: Path, target: Target, *, decisions: Sequence[Decision] = ()) -> Measured:
    """Measure one row of the table."""
    truth = of_type(read_truth(truth_file), target.record_type)
    clusters = run.folder / "clusters.parquet"
    said = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    found = evaluate(clusters, truth, links=run.folder / "links.parquet", options=NO_INTERVALS)
    scores, calibration = found.overall, found.calibration
    return Measured(
        target=target,
        mapping=run.mapping,
        f1=scores.pair_f1.value,
        precision=scores.pair_precision.value,
        recall=scores.pair_recall.value,
        b3_f1=scores.b3_f1.value if scores.b3_f1 else 0.0,
        expected_precision=stated_precision(said, target.party_type),
        calibration=calibration.error if calibration else None,
        calibration_pairs=calibration.pairs if calibration else 0,
        calibration_by_chance=calibration.by_chance if calibration else None,
        seconds=run.seconds,
        peak_mb=run.peak_mb,
        f1_of_undecided=_undecided_f1(found, clusters, decisions) if decisions else None,
    )


def of_type(truth: Truth, record_type: str | None) -> Truth:
    """Return the labelled records of one type, or all where the type is None."""
    if record_type is None:
        return truth
    rows = truth.table.filter(pc.equal(truth.table["record_type"], record_type))
    return Truth(truth.form, rows, f"{truth.name}, {record_type}")


def stated_precision(run: Mapping[str, Any], party_type: str | None) -> float | None:
    """Return the precision that `run.json` states for a party type, or for the whole run where it is None."""
    if party_type is None:
        return _precision(run.get("expected"))
    return _precision((run.get("expected_by_type") or {}).get(party_type))


def _precision(stated: Mapping[str, Any] | None) -> float | None:
    return float(stated["precision"]["value"]) if stated and stated.get("precision") else None


def f1_score(hits: int, predicted: int, actual: int) -> float:
    """Return the harmonic mean of precision and recall, 0 where nothing is shared."""
    return 2 * hits / (predicted + actual) if predicted + actual else 0.0


def f1_of_undecided(counts: tuple[int, int, int], decided: Iterable[tuple[bool, bool]]) -> float:
    """Return the pair F1 when the decided pairs do not count.

    `counts` are hits, predicted and true pairs; `decided` says of each decided pair whether it is a
    match and whether the run holds its records together.
    """
    hits, predicted, actual = counts
    for is_match, is_together in decided:
        hits -= is_match and is_together
        predicted -= is_together
        actual -= is_match
    return f1_score(hits, predicted, actual)


def _undecided_f1(found: Evaluation, clusters: Path, decisions: Sequence[Decision]) -> float:
    scores = found.overall
    hits = round(scores.pair_precision.value * scores.predicted_pairs)
    table = pa.table(dict(zip(("l", "r", "is_match"), map(list, zip(*decisions, strict=True)), strict=True)))
    with duckdb.connect() as connection:
        connection.register("decided", table)
        connection.read_parquet(str(clusters)).create_view("clusters")
        together = connection.execute(_DECIDED_TOGETHER).fetchall()
    return f1_of_undecided((hits, scores.predicted_pairs, scores.true_pairs), together)


def persons_with_mailboxes(folder: Path, truth_file: Path) -> int:
    """Return how many clusters hold a role mailbox (`info@`, `sales@`) together with a person."""
    with duckdb.connect() as connection:
        connection.register("truth", read_truth(truth_file).table)
        connection.read_parquet(str(folder / "clusters.parquet")).create_view("clusters")
        row = connection.execute(_PERSONS_WITH_MAILBOXES).fetchone()
    return int(row[0]) if row else 0
