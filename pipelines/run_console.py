"""A run of the pipeline as people on a terminal see it: steps as they end, and what did not pass."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.run import FailedCheck, RunReport, run_pipeline
from pipelines.sync.progress import listening, shown

COLOURS = {"error": "red", "warn": "yellow"}
SHOWN_WARNINGS = 8


def run_on_console(home: Path, console: Console, *, from_start: bool = False) -> RunReport:
    """Run everything once and show each step as it ends; the failed checks are the caller's to show.

    Raises:
        PipelineError: as `run_pipeline`.
    """
    with shown(console) as progress, listening(progress.rows):
        progress.step("reading sources and models")

        def show(step: str, seconds: float | None) -> None:
            progress.step(step if seconds is None else None)
            if seconds is not None:
                console.print(f"  {seconds:6.1f} s  {escape(step)}")

        report = run_pipeline(home, from_start=from_start, progress=show)
    if report.resumed_from:
        console.print("The last run did not end; this one went on from where it stopped.")
    return report


def failed_checks_table(report: RunReport) -> Table | None:
    """Return the checks that did not pass, errors first, or None when all did."""
    failed = sorted(report.failed_checks, key=lambda check: (check.severity != "error", check.asset))
    if not failed:
        return None
    errors = [check for check in failed if check.severity == "error"]
    shown = failed[: max(len(errors), SHOWN_WARNINGS)]
    title = "Checks that did not pass"
    if len(shown) < len(failed):
        title += f" ({len(shown)} of {len(failed)}; Dagster's pages show all)"
    table = Table("", "asset", "check", "what was found", title=title, title_justify="left")
    for check in shown:
        table.add_row(*_row(check))
    return table


def error_lines(report: RunReport) -> list[str]:
    """Return what to tell of checks that failed with severity error: what stands, then each of them."""
    errors = [check for check in report.failed_checks if check.severity == "error"]
    if not errors:
        return []
    head = (
        "the run went to its end and what it made is published, but what these checks name does not hold; a"
        " source that did not answer stands as it was last read, and the next run reads it again"
    )
    return [head, *(f"{check.asset}, {check.name}: {check.description}" for check in errors)]


def _row(check: FailedCheck) -> tuple[str, str, str, str]:
    colour = COLOURS.get(check.severity, "white")
    return (
        f"[{colour}]{check.severity}[/{colour}]",
        escape(check.asset),
        escape(check.name),
        escape(check.description),
    )
