"""The figures of the speed benchmark: what was spent, the ratios that are judged, and their table."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    wait for it, start of Python included. `plain` are the plain script's steps without loading. `cpu` are
    the CPU seconds of `whole`, `plain`, `scoring` and `update`, for machines that do other work meanwhile.
    """

    records: int
    steps: Mapping[str, float]
    whole: float
    peak_mb: float
    plain: Mapping[str, float]
    plain_peak_mb: float
    scoring: Mapping[str, float]
    cpu: Mapping[str, float]
    update: float | None = None
    update_steps: Mapping[str, float] = field(default_factory=dict)
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

    def cpu_ratio(self, part: str) -> float:
        """Return the CPU seconds of `whole`, `scoring` or `update` over those that it is judged beside."""
        beside = {"whole": "plain", "scoring": "plain scoring", "update": "whole"}[part]
        return self.cpu[part] / self.cpu[beside]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judged figure: at most `must`, better at most `aim`; `by_cpu` is the same ratio of CPU seconds."""

    name: str
    value: float
    must: float
    aim: float | None = None
    by_cpu: float | None = None
    unit: str = " times"

    @property
    def is_reached(self) -> bool:
        """Return whether the figure is at most what it must be."""
        return self.value <= self.must


def verdicts(speed: Speed) -> list[Verdict]:
    """Return every judged figure."""
    whole = Verdict(
        "whole command / plain train + score + cluster",
        speed.whole_ratio,
        WHOLE_MUST,
        WHOLE_AIM,
        speed.cpu_ratio("whole"),
    )
    scoring = Verdict(
        "scoring with the saved model / plain scoring",
        speed.scoring_ratio,
        SCORING_MUST,
        by_cpu=speed.cpu_ratio("scoring"),
    )
    memory = Verdict("peak memory of the whole command", speed.peak_mb, MEMORY_MUST_MB, unit=" MB")
    judged = [whole, scoring, memory]
    if speed.update_ratio is not None:
        what = f"update with {speed.changes:,} changes / whole command"
        judged.append(Verdict(what, speed.update_ratio, UPDATE_MUST, by_cpu=speed.cpu_ratio("update")))
    return judged


def spent_table(speed: Speed) -> Table:
    """Return the seconds of both sides, step by step."""
    table = Table(title=f"Seconds on {speed.records:,} records", title_justify="left", title_style="bold")
    for name in ("what", "step"):
        table.add_column(name)
    for name in ("seconds", "CPU seconds", "peak MB"):
        table.add_column(name, justify="right")
    cpu, scoring = speed.cpu, sum(speed.scoring.values())
    _add(table, "concord resolve", speed.steps, total=(speed.whole, cpu["whole"], speed.peak_mb))
    _add(
        table,
        "plain Splink script",
        speed.plain,
        total=(speed.plain_total, cpu["plain"], speed.plain_peak_mb),
    )
    _add(table, "saved model alone", speed.scoring, total=(scoring, cpu["scoring"], None))
    if speed.update is not None:
        what = f"update, {speed.changes:,} changes"
        _add(table, what, speed.update_steps, total=(speed.update, cpu["update"], None))
    return table


def _add(
    table: Table, what: str, steps: Mapping[str, float], *, total: tuple[float, float, float | None]
) -> None:
    """Add a row per step and one for all: seconds, CPU seconds and peak memory."""
    for step, seconds in steps.items():
        table.add_row(what, step, f"{seconds:.1f}", "", "")
        what = ""
    seconds, cpu, peak_mb = total
    peak = "" if peak_mb is None else f"{peak_mb:,.0f}"
    whole = (Text("all", style="bold"), Text(f"{seconds:.1f}", style="bold"))
    table.add_row(what, *whole, f"{cpu:.1f}", peak, end_section=True)


def verdict_table(speed: Speed) -> Table:
    """Return the judged figures with what they must be."""
    table = Table(title="Judged", title_justify="left", title_style="bold")
    table.add_column("figure")
    for name in ("measured", "must", "aim", "", "by CPU seconds"):
        table.add_column(name, justify="right")
    for verdict in verdicts(speed):
        mark = Text("✓", style="green") if verdict.is_reached else Text("✗", style="red")
        aim = "" if verdict.aim is None else _figure(verdict.aim, verdict.unit)
        shown = (_figure(value, verdict.unit) for value in (verdict.value, verdict.must))
        by_cpu = "" if verdict.by_cpu is None else _figure(verdict.by_cpu, verdict.unit)
        table.add_row(verdict.name, *shown, aim, mark, by_cpu)
    return table


def _figure(value: float, unit: str) -> str:
    return f"{value:,.0f}{unit}" if unit == " MB" else f"{value:.2f}{unit}"
