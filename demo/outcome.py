"""What `concord demo` shows of a finished run: read from the folder that the run wrote, and nothing else."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.table import Table

from resolution.evaluation import Evaluation

_LINKS_BY_METHOD = """
select method, count(*) as links from read_parquet(?) where band = 'match' and veto is null
group by method order by method
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run: `run.json` as it stands, and the links that may join, counted by method."""

    run: Mapping[str, Any]
    links_by_method: Mapping[str, int]


def read_outcome(folder: Path) -> Outcome:
    """Return the outcome of the complete run in a folder."""
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    with duckdb.connect() as connection:
        rows = connection.execute(_LINKS_BY_METHOD, [str(folder / "links.parquet")]).fetchall()
    return Outcome(run, dict(rows))


def tables(outcome: Outcome, evaluation: Evaluation) -> Iterator[Table]:
    """Yield what came in, what was found, how good it is, and what it took."""
    yield _inputs(outcome.run["inputs"])
    yield _findings(outcome)
    yield _quality(outcome.run.get("expected") or {}, evaluation)
    yield _steps(outcome.run["steps"])


def _inputs(inputs: list[Mapping[str, Any]]) -> Table:
    table = _table("What came in", "source", "file", "rows", "used", "quarantined")
    for entry in inputs:
        counts = (f"{entry[key]:,}" for key in ("rows", "used", "quarantined"))
        table.add_row(entry["source"], Path(entry["file"]).name, *counts)
    return table


def _findings(outcome: Outcome) -> Table:
    table = _table("What was found", "", "count")
    counts = outcome.run["counts"]
    for label, key in (("records", "records"), ("golden records", "golden_records")):
        table.add_row(label, f"{counts[key]:,}")
    for method, links in outcome.links_by_method.items():
        table.add_row(f"links, {method}", f"{links:,}")
    for label, key in (("pairs for review", "review"), ("rows in quarantine", "quarantine")):
        table.add_row(label, f"{counts[key]:,}")
    return table


def _quality(expected: Mapping[str, Any], evaluation: Evaluation) -> Table:
    """Expected is what the run said before it saw the truth; measured is against `truth.csv`."""
    table = _table("How good it is", "pairs of records", "expected without truth", "measured")
    for name in ("precision", "recall"):
        table.add_row(
            name, _share(expected.get(name)), f"{getattr(evaluation.overall, f'pair_{name}').value:.3f}"
        )
    table.add_row("F1", "", f"{evaluation.overall.pair_f1.value:.3f}")
    return table


def _share(estimate: Mapping[str, float] | None) -> str:
    if not estimate:
        return "not told"
    return f"{estimate['value']:.3f} ({estimate['low']:.2f} to {estimate['high']:.2f})"


def _steps(steps: list[Mapping[str, Any]]) -> Table:
    table = _table("What it took", "step", "seconds")
    for step in steps:
        table.add_row(step["step"], f"{step['seconds']:.1f}")
    table.add_row("all steps", f"{sum(step['seconds'] for step in steps):.1f}", style="bold")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for position, column in enumerate(columns):
        is_number = column in {"rows", "used", "quarantined", "count", "seconds"}
        table.add_column(column, justify="right" if is_number and position else "left")
    return table
