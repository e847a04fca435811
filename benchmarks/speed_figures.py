"""The figures of the speed benchmark: what was spent, the ratios that are judged, and their table."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

WHOLE_MUST, WHOLE_AIM = 4.0, 2.5  # times the plain script's train + score + cluster
SCORING_MUST = 1.2  # times the plain script's scoring
MEMORY_MUST_MB = 4096.0
UPDATE_MUST = 0.1  # of the full run
UPDATE_CHANGES = 15_000  # the update that is judged


@dataclass(frozen=True, slots=True)
class Speed:
    """What both sides spent on one economy, in seconds but for the peak (MB).

    `steps` are those of the whole command and add up to less than `whole`, which is the command as users
    wait for it, start of Python included. `plain` are the plain script's steps without loading.
    """

    records: int
    steps: Mapping[str, float]
    whole: float
    peak_mb: float
    plain: Mapping[str, float]
    plain_peak_mb: float
    scoring: Mapping[str, float]
    update: float | None = None
    changes: int = 0

    @property
    def plain_total(self) -> float:
        """Return the seconds of the plain script: train, score, cluster."""
        return sum(self.plain[name] for name in ("train", "score", "cluster"))

    @property
    def whole_ratio(self) -> float:
        """Return the whole command over the plain script."""
        return self.whole / self.plain_total

    @property
    def scoring_ratio(self) -> float:
        """Return blocking and scoring with the saved model over the plain script's scoring."""
        return sum(self.scoring.values()) / self.plain["score"]

    @property
    def update_ratio(self) -> float | None:
        """Return the update over the full run."""
        return None if self.update is None else self.update / self.whole


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judged figure: at most `must`, better at most `aim`."""

    name: str
    value: float
    must: float
    aim: float | None = None
    unit: str = " times"

    @property
    def is_reached(self) -> bool:
        """Return whether the figure is at most what it must be."""
        return self.value <= self.must


def verdicts(speed: Speed) -> list[Verdict]:
    """Return every judged figure."""
    judged = [
        Verdict("whole command / plain train + score + cluster", speed.whole_ratio, WHOLE_MUST, WHOLE_AIM),
        Verdict("scoring with the saved model / plain scoring", speed.scoring_ratio, SCORING_MUST),
        Verdict("peak memory of the whole command", speed.peak_mb, MEMORY_MUST_MB, unit=" MB"),
    ]
    if speed.update_ratio is not None:
        what = f"update with {speed.changes:,} changes / whole command"
        judged.append(Verdict(what, speed.update_ratio, UPDATE_MUST))
    return judged


def spent_table(speed: Speed) -> Table:
    """Return the seconds of both sides, step by step."""
    table = Table(title=f"Seconds on {speed.records:,} records", title_justify="left", title_style="bold")
    for name in ("what", "step"):
        table.add_column(name)
    table.add_column("seconds", justify="right")
    table.add_column("peak MB", justify="right")
    _add(table, "concord resolve", speed.steps, total=speed.whole, peak_mb=speed.peak_mb)
    _add(table, "plain Splink script", speed.plain, total=speed.plain_total, peak_mb=speed.plain_peak_mb)
    _add(table, "saved model alone", speed.scoring, total=sum(speed.scoring.values()))
    if speed.update is not None:
        _add(table, f"update, {speed.changes:,} changes", {}, total=speed.update)
    return table


def _add(
    table: Table, what: str, steps: Mapping[str, float], *, total: float, peak_mb: float | None = None
) -> None:
    for step, seconds in steps.items():
        table.add_row(what, step, f"{seconds:.1f}", "")
        what = ""
    peak = "" if peak_mb is None else f"{peak_mb:,.0f}"
    table.add_row(what, Text("all", style="bold"), Text(f"{total:.1f}", style="bold"), peak, end_section=True)


def verdict_table(speed: Speed) -> Table:
    """Return the judged figures with what they must be."""
    table = Table(title="Judged", title_justify="left", title_style="bold")
    table.add_column("figure")
    for name in ("measured", "must", "aim"):
        table.add_column(name, justify="right")
    table.add_column("")
    for verdict in verdicts(speed):
        mark = Text("✓", style="green") if verdict.is_reached else Text("✗", style="red")
        aim = "" if verdict.aim is None else _figure(verdict.aim, verdict.unit)
        shown = (_figure(value, verdict.unit) for value in (verdict.value, verdict.must))
        table.add_row(verdict.name, *shown, aim, mark)
    return table


def _figure(value: float, unit: str) -> str:
    return f"{value:,.0f}{unit}" if unit == " MB" else f"{value:.2f}{unit}"
