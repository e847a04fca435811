"""The commands that move data: run, sync, quarantine.

What a command needs is imported when it is called: the engines take seconds to load, and help is to be
there at once.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from pipelines.sync.engine import Opener

app = typer.Typer()
quarantine_app = typer.Typer(
    no_args_is_help=True, help="Rows that could not be taken in: list them, look at one, try them again."
)
app.add_typer(quarantine_app, name="quarantine")
HomeOption = Annotated[Path, typer.Option("--home", help="Folder with sources.yml and the warehouse.")]
DEFAULT_HOME = Path(".concord")
EXIT_SOURCE_FAILED = 1


@app.command("sync")
def sync_command(
    home: HomeOption = DEFAULT_HOME,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only this source; may be given again.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read everything again; readers of the warehouse see no hole.")
    ] = False,
) -> None:
    """Bring what changed in the connected systems into the warehouse, and prove that it is all there."""
    from pipelines.sync.engine import SyncOptions, sync
    from pipelines.sync.progress import shown
    from pipelines.sync.sources import choose, read_sources
    from pipelines.sync.summary import drift_lines, failure_lines, summary_table
    from pipelines.warehouse import connect

    console = Console()
    sources = choose(read_sources(home), source or [])
    with connect(home, purpose="concord sync") as connection, shown(console) as progress:
        options = SyncOptions(full, progress.rows)
        results = sync(connection, sources, home=home, open_connector=_opener(home), options=options)
    console.print(summary_table(results))
    for line in drift_lines(results):
        console.print(line, markup=False, soft_wrap=True)
    failures = failure_lines(results)
    for line in failures:
        typer.echo(f"concord: {line}", err=True)
    if failures:
        raise typer.Exit(EXIT_SOURCE_FAILED)


@app.command("run")
def run_command(
    home: HomeOption = DEFAULT_HOME,
    from_start: Annotated[
        bool,
        typer.Option("--from-start", help="Begin anew, also where the last run failed and could be resumed."),
    ] = False,
) -> None:
    """Sync, model, resolve and publish once; a run that failed half-way goes on from the step that failed."""
    from pipelines.run_console import failed_checks_table, run_on_console
    from pipelines.stepping_aside import stepping_aside

    console = Console()
    with stepping_aside():
        report = run_on_console(home, console, from_start=from_start)
    failed = failed_checks_table(report)
    if failed is not None:
        console.print(failed)
    console.print(f"Run {report.run_id} took {report.loading_seconds + report.seconds:.1f} seconds.")


def _opener(home: Path) -> "Opener":
    from datetime import UTC, datetime

    from pipelines.connectors.opening import open_connector

    return lambda source: open_connector(source.settings, home, now=lambda: datetime.now(UTC))


@quarantine_app.command("list")
def list_command(home: HomeOption = DEFAULT_HOME) -> None:
    """List the rows that wait, with the reason of each."""
    from pipelines.sync.quarantine import waiting
    from pipelines.warehouse import connect

    with connect(home, read_only=True) as connection:
        entries = waiting(connection)
    table = Table("id", "object", "record", "field", "reason", "since")
    for entry in entries:
        name = f"{entry.source}.{entry.object_name}"
        since = f"{entry.quarantined_at:%Y-%m-%d %H:%M}"
        table.add_row(
            *map(escape, (entry.quarantine_id, name, entry.record_key or "", entry.field or "")),
            escape(entry.reason),
            since,
        )
    console = Console()
    console.print(table if entries else "No row waits in quarantine.")


@quarantine_app.command("show")
def show_command(
    quarantine_id: Annotated[str, typer.Argument(help="An id that `list` shows.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Show one row whole, as its source gave it."""
    from pipelines.sync.quarantine import waiting
    from pipelines.warehouse import connect

    with connect(home, read_only=True) as connection:
        (entry,) = waiting(connection, [quarantine_id])
    console = Console()
    where = f"{entry.source}.{entry.object_name} {entry.record_key or ''}".strip()
    console.print(f"[bold]{escape(where)}[/bold]: {escape(entry.reason)}", soft_wrap=True)
    console.print_json(entry.row_json)


@quarantine_app.command("replay")
def replay_command(
    quarantine_ids: Annotated[
        list[str] | None, typer.Argument(help="Ids that `list` shows; all that wait without one.")
    ] = None,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Try rows again, under the schema that the source has today."""
    from pipelines.sync.engine import utc_now
    from pipelines.sync.replay import replay
    from pipelines.sync.sources import read_sources
    from pipelines.warehouse import connect

    sources = read_sources(home)
    with connect(home, purpose="concord quarantine replay") as connection:
        results = replay(
            connection, sources, ids=quarantine_ids or [], open_connector=_opener(home), now=utc_now()
        )
    taken = [result for result in results if result.reason is None]
    console = Console()
    for result in results:
        if result.reason is not None:
            console.print(f"{result.quarantine_id} still waits: {escape(result.reason)}", soft_wrap=True)
    console.print(f"{len(taken):,} of {len(results):,} rows taken in.")
