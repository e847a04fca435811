"""What clustering says of a pair is worth so many bits: measured over the labelled sets that are present.

    python -m benchmarks.cluster_evidence [SET …] [--data DIR] [--runs DIR]

Each set is resolved as users resolve it (or taken from a folder of finished runs, DIR/<set>), and the
numbers of `ClusterEvidence` are fitted to all of them by logistic regression, each row of the table counting
for at most 2,000 pairs. Then each row is measured by numbers that were fitted to the other sets: what a set
that nobody has seen may expect.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.quality import DEFAULT_DATA, resolve_set
from benchmarks.quality_measures import of_type
from benchmarks.quality_targets import DATA_SETS, Target, targets_of
from resolution.cluster_evidence import SURROUNDINGS
from resolution.domain.clustering import Bridge, ClusterEvidence
from resolution.evaluation_calibration import BINS, HIGH, LOW
from resolution.evaluation_truth import read_truth

Floats = NDArray[np.float64]
COUNTED = 2_000  # pairs of a row, at most: no set outweighs the others
HELD = 1.0  # a Gaussian prior of that precision, in nats, on each number
MOST_STEPS = 50
LN2 = float(np.log(2.0))
FITTED = tuple(f.name for f in fields(ClusterEvidence) if f.name != "decided")
_LABELLED = f"""
with told as (select source || ':party:' || source_id as record_id, entity_id from truth)
select s.*, a.entity_id = b.entity_id as is_match from ({SURROUNDINGS.format(scope="")}) s
join told a on a.record_id = s.l join told b on b.record_id = s.r
"""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labelled pairs of one row: their parts (columns as `FITTED`), what is left as it is, and the truth."""

    data_set: str
    parts: Floats
    rest: Floats
    weight: Floats
    is_match: Floats


def read_pairs(run: Path, truth_file: Path, target: Target) -> Pairs:
    """Return the labelled pairs of a finished run that count for a row of the quality table."""
    truth = of_type(read_truth(truth_file), target.record_type)
    with duckdb.connect(str(run / "state.duckdb"), read_only=True) as connection:
        connection.register("truth", truth.table)
        found = connection.execute(_LABELLED).fetchnumpy()
    value = {name: np.ma.filled(np.ma.asarray(column), np.nan) for name, column in found.items()
             if name not in {"l", "r", "party_type"}}  # fmt: skip
    weight = value["weight"].astype(float)
    decided = ClusterEvidence().decided
    clipped = np.clip(weight, -decided, decided)
    return Pairs(
        target.data_set, _parts(value, clipped), weight - clipped, weight, value["is_match"].astype(float)
    )


def _parts(value: Mapping[str, Floats], clipped: Floats) -> Floats:
    low, high, third = (np.nan_to_num(value[name].astype(float)) for name in ("low", "high", "third"))
    together = value["is_together"].astype(float)
    apart, alone = 1 - together, together * np.isnan(value["third"].astype(float))
    tied = together - alone
    column = {
        "together": together,
        "together_slope": together * clipped,
        "together_alone": alone,
        "together_low": tied * low,
        "together_high": tied * high,
        "together_third": tied * third,
        "together_firm_third": tied * (third >= Bridge().most),
        "apart": apart,
        "apart_slope": apart * clipped,
        "apart_low": apart * low,
        "apart_high": apart * high,
        "apart_refused": value["is_refused"].astype(float),
        "vetoed": value["is_vetoed"].astype(float),
    }
    return np.stack([column[name] for name in FITTED], axis=1)


def fit(rows: Sequence[Pairs]) -> Floats:
    """Return the numbers (as `FITTED`, in bits) that explain the doubtful pairs of the rows best."""
    kept = [np.flatnonzero(row.rest == 0) for row in rows]
    parts = np.concatenate([row.parts[k] for row, k in zip(rows, kept, strict=True)]) * LN2
    truth = np.concatenate([row.is_match[k] for row, k in zip(rows, kept, strict=True)])
    count = np.concatenate([np.full(len(k), min(1.0, COUNTED / max(len(k), 1))) for k in kept])
    found = np.zeros(parts.shape[1])
    for _ in range(MOST_STEPS):
        predicted = 1 / (1 + np.exp(-np.clip(parts @ found, -40, 40)))
        gradient = parts.T @ (count * (truth - predicted)) - HELD * LN2**2 * found
        curvature = (parts * (count * predicted * (1 - predicted))[:, None]).T @ parts
        step = np.linalg.solve(curvature + HELD * LN2**2 * np.eye(len(found)), gradient)
        found = found + step
        if np.abs(step).max() < 1e-6:
            break
    return found


def error(row: Pairs, numbers: Floats | None) -> tuple[float, int]:
    """Return the calibration error of a row and its pairs in the band; of the pairs alone without numbers."""
    weight = row.weight if numbers is None else row.parts @ numbers + row.rest
    p = 1 / (1 + np.exp2(-np.clip(weight, -500, 500)))
    band = (p >= LOW) & (p <= HIGH)
    if not band.any():
        return 0.0, 0
    number = np.minimum(((p[band] - LOW) / ((HIGH - LOW) / BINS)).astype(int), BINS - 1)
    distance = np.abs(np.bincount(number, weights=p[band] - row.is_match[band], minlength=BINS))
    return float(distance.sum() / band.sum()), int(band.sum())


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, and print the numbers beside those in force and the errors by row."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster_evidence", description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(DATA_SETS)}; all by default")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the labelled sets")
    parser.add_argument("--runs", type=Path, help="folder of finished runs, one folder a set")
    options = parser.parse_args(arguments)
    names = [n for n in options.sets or DATA_SETS if (options.data / n / "truth.csv").is_file()]
    console = Console()
    if not names:
        console.print(f"no labelled set in {options.data}; name its folder with --data")
        return 2
    rows: dict[str, Pairs] = {}
    with tempfile.TemporaryDirectory(prefix="concord-evidence-") as made:
        for name in names:
            data = options.data / name
            run = options.runs / name if options.runs else resolve_set(data, Path(made) / name).folder
            unaided = [target for target in targets_of(name) if not target.labels]
            rows |= {t.name: read_pairs(run, data / "truth.csv", t) for t in unaided}
    _print(console, rows)
    return 0


def _print(console: Console, rows: Mapping[str, Pairs]) -> None:
    everywhere, in_force = fit(list(rows.values())), asdict(ClusterEvidence())
    numbers = Table("bits", "in force", "fitted here", title="ClusterEvidence", title_justify="left")
    for name, value in zip(FITTED, everywhere, strict=True):
        numbers.add_row(name, f"{in_force[name]:.2f}", f"{value:.2f}")
    console.print(numbers)
    held = np.array([in_force[name] for name in FITTED])
    errors = Table(
        "set", "pair alone", "in force", "fitted here", "fitted to the other sets",
        title="Calibration error (pairs in [.05, .95])", title_justify="left",
    )  # fmt: skip
    for name, row in rows.items():
        others = [other for other in rows.values() if other.data_set != row.data_set]
        tried = (None, held, everywhere, fit(others) if others else everywhere)
        errors.add_row(name, *("{:.3f} ({:,})".format(*error(row, numbers)) for numbers in tried))
    console.print(errors)


if __name__ == "__main__":
    sys.exit(main())
