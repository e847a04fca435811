"""Cluster quality of `concord resolve` on every labelled set that is present.

    python -m benchmarks.quality [SET …] [--data DIR] [--json FILE]

Each set is resolved by the command that users have, in a process of its own, with its own threshold, no
labels and no setting but the mapping: the one it infers, unless `benchmarks/mappings/<set>.yml` corrects
what inference cannot know. One row gives 300 decisions, drawn from the truth on pairs of the run before.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from benchmarks.isolated import ROOT, CommandFailed, run_python
from benchmarks.labelled_decisions import Decision, sample_decisions, write_decisions
from benchmarks.quality_measures import Measured, Run, measure, persons_with_mailboxes
from benchmarks.quality_table import quality_table, summary, to_json
from benchmarks.quality_targets import DATA_SETS, Target, targets_of, unknown_sets
from resolution.evaluation_truth import read_truth

DEFAULT_DATA = ROOT.parent / "shared" / "data"
MAPPINGS = Path(__file__).parent / "mappings"
SEED = 20
WIDEST = 190  # columns of a table that is not printed to a terminal


@dataclass(slots=True)
class Findings:
    """What has been measured so far; `failures` holds the error of each set that did not resolve."""

    rows: list[Measured] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; exit code 1 when a set could not be resolved."""
    options = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else WIDEST)
    present = [name for name in options.sets or DATA_SETS if (options.data / name / "truth.csv").is_file()]
    unknown = unknown_sets(options.sets)
    if unknown or not present:
        what = f"unknown sets: {', '.join(unknown)}" if unknown else f"no labelled set in {options.data}"
        console.print(
            f"{what}; there are {', '.join(DATA_SETS)}, and --data names the folder that holds them"
        )
        return 2
    findings = Findings()
    for name in present:
        console.print(f"{name} …", style="dim")
        with tempfile.TemporaryDirectory(prefix="concord-quality-") as folder:
            _measure_set(findings, options.data / name, Path(folder))
    _print(console, findings)
    if options.json:
        document = to_json(findings.rows, findings.failures)
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 1 if findings.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality",
        description="Resolve every labelled set that is present and print how good the clusters are.",
    )
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(DATA_SETS)}; all by default")
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_DATA, help="folder of the sets (default: ../shared/data)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every figure here")
    return parser


def _measure_set(findings: Findings, data: Path, folder: Path) -> None:
    unaided = [target for target in targets_of(data.name) if not target.labels]
    aided = [target for target in targets_of(data.name) if target.labels]
    try:
        run = resolve_set(data, folder / "run")
        findings.rows += [measure(run, data / "truth.csv", target) for target in unaided]
        _check_mailboxes(findings, run, data)
        for target in aided:
            findings.rows.append(_measure_with_decisions(run, data, target, folder))
    except CommandFailed as error:
        findings.failures[data.name] = str(error)


def resolve_set(data: Path, out: Path, *, decisions: Path | None = None) -> Run:
    """Resolve one set into `out` with the command that users have.

    Raises:
        CommandFailed: The command ended with an error.
    """
    mapping = MAPPINGS / f"{data.name}.yml"
    more: list[str | Path] = ["--mapping", mapping] if mapping.is_file() else []
    if decisions is not None:
        more += ["--decisions", decisions]
    spent = run_python("concord", "resolve", data / "records.parquet", "--out", out, *more)
    said = str(mapping.relative_to(ROOT)) if mapping.is_file() else "inferred"
    return Run(out, said, spent.seconds, spent.peak_mb)


def _measure_with_decisions(first: Run, data: Path, target: Target, folder: Path) -> Measured:
    truth = read_truth(data / "truth.csv")
    decisions: list[Decision] = sample_decisions(first.folder, truth.table, wanted=target.labels, seed=SEED)
    file = folder / "decisions.csv"
    write_decisions(decisions, file)
    run = resolve_set(data, folder / "run-with-decisions", decisions=file)
    return measure(run, data / "truth.csv", target, decisions=decisions)


def _check_mailboxes(findings: Findings, run: Run, data: Path) -> None:
    if "record_type" in (data / "truth.csv").open(encoding="utf-8").readline():
        clusters = persons_with_mailboxes(run.folder, data / "truth.csv")
        verdict = "✓ no role mailbox" if clusters == 0 else f"✗ {clusters} clusters with a role mailbox"
        findings.notes.append(f"{data.name}: {verdict} among persons")


def _print(console: Console, findings: Findings) -> None:
    console.print(quality_table(findings.rows, findings.failures))
    for line in [*summary(findings.rows), *findings.notes]:
        console.print(f"  {line}", highlight=False)
    for name, error in findings.failures.items():
        console.print(f"  {name}: {error}", style="red", highlight=False, markup=False)


if __name__ == "__main__":
    sys.exit(main())
