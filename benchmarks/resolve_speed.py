"""Speed of `concord resolve` beside a plain Splink 5 script on the same records and rules.

    python -m benchmarks.resolve_speed [--copies 1|…|10] [--update 15000] [--data DIR] [--json FILE]

The economy is `scale100k`, or as many renamed copies of it (`benchmarks/renaming.py`). Every side runs in a
process of its own. The whole command reads, standardises, trains, scores, clusters, makes golden records
and writes; the plain script only trains, scores and clusters what the command has standardised.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.isolated import ROOT, CommandFailed, Spent, run_python
from benchmarks.speed_figures import Speed, spent_table, verdict_table, verdicts

DEFAULT_DATA = ROOT.parent / "shared" / "data"
DATA_SET = "scale100k"
PLAIN_STEPS = ("train", "score", "cluster")
COPIES = range(1, 11)  # `benchmarks/renaming.py` has no more


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; exit code 1 when a command failed, 2 when there is no data."""
    options = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 120)
    data = options.data / DATA_SET
    if not (data / "records.parquet").is_file():
        console.print(f"{data} is not there; --data names the folder that holds {DATA_SET}", markup=False)
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="concord-speed-") as folder:
            speed = measure(console, data, Path(folder), copies=options.copies, changes=options.update)
    except CommandFailed as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        return 1
    console.print(spent_table(speed))
    console.print(verdict_table(speed))
    if options.json:
        judged = [asdict(verdict) | {"is_reached": verdict.is_reached} for verdict in verdicts(speed)]
        document = {**asdict(speed), "verdicts": judged}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.resolve_speed",
        description="Time the whole command beside a plain Splink script on the same records and rules.",
    )
    parser.add_argument(
        "--copies", type=int, choices=COPIES, default=1, help="renamed copies of the set (default: 1, itself)"
    )
    parser.add_argument(
        "--update",
        type=int,
        default=0,
        metavar="N",
        help="also time an update with N changes (judged: 15000)",
    )
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_DATA, help="folder of the sets (default: ../shared/data)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every figure here")
    return parser


def measure(console: Console, data: Path, folder: Path, *, copies: int, changes: int) -> Speed:
    """Return what both sides spend on `copies` of the data set.

    Raises:
        CommandFailed: One of the commands ended with an error.
    """
    _say(console, f"making the economy: {copies} of {DATA_SET}")
    options = ["--out", str(folder), "--copies", str(copies), "--changes", str(changes)]
    run_python("benchmarks.economy", data / "records.parquet", data / "truth.csv", *options)
    out = folder / "run"
    _say(console, "concord resolve")
    whole = run_python("concord", "resolve", folder / "records.parquet", "--out", out)
    run = _read_run(out)
    _say(console, "the plain script")
    plain = run_python("benchmarks.plain_splink", out / "state.duckdb")
    _say(console, "the saved model alone")
    scoring = run_python("benchmarks.saved_model_scoring", out)
    update = None
    if changes:
        _say(console, f"an update with {changes:,} changes")
        update = _time_update(console, folder / "changes.parquet", out)
    return Speed(
        records=run["counts"]["records"],
        steps=_run_steps(run),
        whole=whole.seconds,
        peak_mb=whole.peak_mb,
        plain={name: _said(plain, "seconds")[name] for name in PLAIN_STEPS},
        plain_peak_mb=plain.peak_mb,
        scoring=_said(scoring, "seconds"),
        cpu=_cpu_seconds(whole, plain=plain, scoring=scoring, update=update),
        update=update.seconds if update else None,
        update_steps=_run_steps(_read_run(out)) if update else {},
        changes=changes,
    )


def _time_update(console: Console, changes: Path, run: Path) -> Spent | None:
    """Return what the update took; None, and its error printed, when it failed: the rest still counts."""
    try:
        return run_python("concord", "resolve", changes, "--update", run)
    except CommandFailed as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        return None


def _cpu_seconds(whole: Spent, *, plain: Spent, scoring: Spent, update: Spent | None) -> dict[str, float]:
    by_step = _said(plain, "cpu_seconds")
    spent = {
        "whole": whole.cpu_seconds,
        "plain": sum(by_step[name] for name in PLAIN_STEPS),
        "plain scoring": by_step["score"],
        "scoring": sum(_said(scoring, "cpu_seconds").values()),
    }
    return spent | ({"update": update.cpu_seconds} if update else {})


def _read_run(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "run.json").read_text(encoding="utf-8")))


def _run_steps(run: Mapping[str, Any]) -> dict[str, float]:
    return {step["step"]: float(step["seconds"]) for step in run["steps"]}


def _said(spent: Spent, what: str) -> dict[str, float]:
    """Return `seconds` or `cpu_seconds` by step, which a script printed as JSON on its last line."""
    return dict(json.loads(spent.output.strip().splitlines()[-1])[what])


def _say(console: Console, what: str) -> None:
    console.print(f"{what} …", style="dim", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
