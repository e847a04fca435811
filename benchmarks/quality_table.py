"""The quality table for people at a terminal, and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from benchmarks.quality_measures import Measured
from benchmarks.quality_targets import CALIBRATION_WITHIN, EXPECTATION_WITHIN, STATED_ON_AT_LEAST

_COLUMNS = (
    ("set", "left"),
    ("mapping", "left"),
    ("must", "right"),
    ("aim", "right"),
    ("Splink best/@.95", "right"),
    ("F1", "right"),
    ("must aim", "center"),
    ("precision", "right"),
    ("recall", "right"),
    ("B³ F1", "right"),
    ("expected P", "right"),
    ("ECE, by chance (pairs)", "right"),
    ("seconds", "right"),
    ("peak MB", "right"),
)


def quality_table(rows: Sequence[Measured], failures: Mapping[str, str]) -> Table:
    """Return the table, one line per measured target and one per set whose run failed."""
    table = Table(title="Cluster quality (pairs after closure)", title_justify="left", title_style="bold")
    for name, side in _COLUMNS:
        table.add_column(name, justify=side, no_wrap=True)  # type: ignore[arg-type]  # a literal above
    for row in rows:
        table.add_row(*_cells(row))
    for data_set in failures:
        table.add_row(data_set, Text("failed, see below", style="red"))
    return table


def _cells(row: Measured) -> list[str | Text]:
    target = row.target
    return [
        target.name,
        row.mapping,
        _share(target.must),
        _share(target.aim),
        target.plain,
        Text(_share(row.f1), style="bold"),
        Text.assemble(tick(row.f1 >= target.must), "    ", tick(row.f1 >= target.aim)),
        _share(row.precision),
        _share(row.recall),
        _share(row.b3_f1),
        Text.assemble(_share(row.expected_precision), " ", tick(row.is_expectation_right)),
        Text.assemble(
            f"{_share(row.calibration)}, {_share(row.calibration_by_chance)} ({row.calibration_pairs}) ",
            tick(row.is_calibrated),
        ),
        f"{row.seconds:.1f}",
        f"{row.peak_mb:.0f}",
    ]


def tick(is_reached: bool | None) -> Text:
    """Return a tick, a cross, or a dot where there is nothing to say."""
    if is_reached is None:
        return Text("·", style="dim")
    return Text("✓", style="green") if is_reached else Text("✗", style="red")


def _share(value: float | None) -> str:
    """Return a share of 1 as `.938`, exactly 1 as `1.000`, and nothing as a dash."""
    return "-" if value is None else f"{value:.3f}".removeprefix("0")


def summary(rows: Sequence[Measured]) -> list[str]:
    """Return what the table adds up to, a line each."""
    unaided = [row for row in rows if not row.target.labels]
    stated = [row for row in unaided if row.is_expectation_right is not None]
    right = [row for row in stated if row.is_expectation_right]
    counted = [row for row in unaided if row.is_calibrated is not None]
    calibrated = [row for row in counted if row.is_calibrated]
    lines = [
        f"must reached by {sum(row.f1 >= row.target.must for row in rows)} of {len(rows)},"
        f" aim by {sum(row.f1 >= row.target.aim for row in rows)}",
        f"expected precision stated on {len(stated)} of {len(unaided)} sets (must: {STATED_ON_AT_LEAST} of"
        f" 10), within {EXPECTATION_WITHIN} of the true one on {len(right)}",
        f"calibration error at most {CALIBRATION_WITHIN} on {len(calibrated)} of {len(counted)} sets;"
        " beside it what perfect probabilities would show by chance",
    ]
    lines += [
        f"{row.target.name}: F1 {_share(row.f1_of_undecided)} on the pairs that nobody decided"
        for row in rows
        if row.f1_of_undecided is not None
    ]
    return lines


def to_json(rows: Sequence[Measured], failures: Mapping[str, str]) -> dict[str, Any]:
    """Return everything measured as values that `json.dumps` takes."""
    measured = [
        {
            **asdict(row),
            "reaches_must": row.f1 >= row.target.must,
            "reaches_aim": row.f1 >= row.target.aim,
            "is_expectation_right": row.is_expectation_right,
            "is_calibrated": row.is_calibrated,
        }
        for row in rows
    ]
    return {"rows": measured, "failures": dict(failures)}
