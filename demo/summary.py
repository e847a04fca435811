"""What `concord demo` shows of a finished run: read from the warehouse, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from rich.table import Table

from pipelines.run import RunReport
from pipelines.warehouse import connect

_SOURCES = """
with parties as (
    select source, count(*) as parties from intermediate.int_party_records where not is_deleted
    group by source
), activities as (
    select source, count(*) as activities from intermediate.int_activities where not is_deleted
    group by source
), aside as (
    select source, count(*) as aside from sync.quarantine where replayed_at is null group by source
)
select source, coalesce(parties, 0), coalesce(activities, 0), coalesce(aside, 0)
from parties full join activities using (source) full join aside using (source) order by source
"""
_GOLDEN = """
select party_type, count(distinct golden_id), count(*) from resolution.golden_membership group by 1 order by 1
"""
_LINKS = """
select method, count(*) from resolution.links where band = 'match' and veto is null group by 1 order by 1
"""
_REVIEW = "select count(*) from resolution.links where band = 'review' and veto is null"
_UNUSED = "select count(*) from resolution.quarantine"
_QUALITY = """
select measure, value, measured_against from quality.resolution_quality where starts_with(measure, 'pair_')
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of a run.

    `sources`: (source, party records, activities, rows in quarantine); `golden`: (party type, golden records,
    records); `links`: (method, links that join); `quality`: (measure, value, measured against).
    """

    version: int
    sources: Sequence[tuple[str, int, int, int]]
    golden: Sequence[tuple[str, int, int]]
    links: Sequence[tuple[str, int]]
    review: int
    unused: int
    quality: Sequence[tuple[str, float, str]]


def read_summary(home: Path) -> Summary:
    """Return the summary of what the warehouse of a home folder holds after a run."""
    with connect(home, read_only=True, purpose="the summary") as connection:
        return Summary(
            version=_one(connection, "select max(version) from resolution.golden_membership"),
            sources=connection.execute(_SOURCES).fetchall(),
            golden=connection.execute(_GOLDEN).fetchall(),
            links=connection.execute(_LINKS).fetchall(),
            review=_one(connection, _REVIEW),
            unused=_one(connection, _UNUSED),
            quality=connection.execute(_QUALITY).fetchall(),
        )


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def tables(summary: Summary, report: RunReport) -> Iterator[Table]:
    """Yield what came in, what was found, how good it is, and what it took."""
    yield _sources(summary)
    yield _findings(summary)
    if summary.quality:
        yield _quality(summary)
    yield _steps(report)


def _sources(summary: Summary) -> Table:
    table = _table("Records by source", "source", "party records", "activities", "quarantined")
    for source, *counts in summary.sources:
        table.add_row(source, *(f"{count:,}" for count in counts))
    columns = list(zip(*summary.sources, strict=True))[1:]
    table.add_row("all", *(f"{sum(map(int, column)):,}" for column in columns), style="bold")
    return table


def _findings(summary: Summary) -> Table:
    table = _table(f"What was found, version {summary.version}", "", "count")
    for party_type, golden, records in summary.golden:
        table.add_row(f"golden records, {party_type}, of {records:,} records", f"{golden:,}")
    for method, links in summary.links:
        table.add_row(f"links, {method}", f"{links:,}")
    table.add_row("pairs for review", f"{summary.review:,}")
    if summary.unused:
        table.add_row("party records that state nothing to compare", f"{summary.unused:,}")
    return table


def _quality(summary: Summary) -> Table:
    table = _table("How good it is", "pairs of records", "measured", "against")
    for measure, value, against in summary.quality:
        table.add_row(measure.removeprefix("pair_"), f"{value:.3f}", against)
    return table


def _steps(report: RunReport) -> Table:
    table = _table("What it took", "step", "seconds")
    table.add_row("reading sources and models", f"{report.loading_seconds:.1f}")
    for step, seconds in report.steps.items():
        table.add_row(step, f"{seconds:.1f}")
    table.add_row("all", f"{report.loading_seconds + report.seconds:.1f}", style="bold")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position == 0 or column == "against" else "right")
    return table
