"""The command of the demo company: `concord demo`.

What it needs is imported when it is called: the engines take seconds to load, and help is to be there at
once.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

DEFAULT_HOME = Path(".concord")

app = typer.Typer()


@app.command()
def demo(
    home: Annotated[
        Path, typer.Option("--home", help="Folder of the demo company and of all that is made of it.")
    ] = DEFAULT_HOME,
    scale: Annotated[
        int | None,
        typer.Option(
            "--scale", min=1, show_default="1", help="Size of a new company: about 3,000 parties times this."
        ),
    ] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", help="Another word makes another company of the same kind.")
    ] = None,
    next_day: Annotated[
        bool,
        typer.Option("--next-day", help="Let a day pass in the four systems, and sync what changed."),
    ] = False,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="End after the summary; serve nothing.")
    ] = False,
) -> None:
    """Write a company whose four systems disagree, run the whole pipeline on it, and serve what came of it.

    A second time it goes on with the company that is there: what changed in its systems is synced, and only
    that. With --next-day something has.
    """
    from demo.changes import change_tables, changes_since, visible_version
    from demo.home import prepare_home
    from demo.serving import serve, what_to_try_next
    from demo.summary import read_summary, tables
    from pipelines.run_console import failed_checks_table, run_on_console
    from pipelines.stepping_aside import starting_in_front, stepping_aside

    console = Console()
    if next_day:
        _tell_day(home, console)
    company = prepare_home(home, scale=scale, seed=seed)
    console.print(company.words, soft_wrap=True)
    before = visible_version(home)
    with starting_in_front() as start:
        with stepping_aside(is_all_we_do=False):
            report = run_on_console(home, console)
        changed = () if before is None else change_tables(changes_since(home, before))
        _tell_tables((*tables(read_summary(home), report), *changed, failed_checks_table(report)), console)
        _tell_places(home, console)
        if no_serve:
            console.print(*what_to_try_next(home), sep="\n", soft_wrap=True, highlight=False)
        else:
            serve(home, console, start=start)


def _tell_day(home: Path, console: Console) -> None:
    from demo.home import pass_day

    passed = pass_day(home)
    console.print(f"{passed.day}, a day in the company of {home}:", soft_wrap=True)
    for system, told in passed.told.items():
        for what in told:
            console.print(f"  {escape(f'{system}: {what}')}", soft_wrap=True, highlight=False)


def _tell_tables(shown: Iterable[Table | None], console: Console) -> None:
    for table in shown:
        if table is not None:
            console.print()
            console.print(table)
    console.print()


def _tell_places(home: Path, console: Console) -> None:
    console.print(f"The company's systems are in [bold]{home / 'systems'}[/bold].", soft_wrap=True)
    console.print(f"For analysts: [bold]{home / 'analyst.duckdb'}[/bold], read-only.", soft_wrap=True)
