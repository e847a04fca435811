"""The command of the demo company: `concord demo`.

What it needs is imported when it is called: the engines take seconds to load, and help is to be there at
once.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

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
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="End after the summary; serve no pages.")
    ] = False,
) -> None:
    """Write a company whose four systems disagree, run the whole pipeline on it, and serve Dagster's pages.

    A second time it goes on with the company that is there: what changed in its systems is synced, and only
    that.
    """
    from demo.home import prepare_home
    from demo.serving import serve
    from demo.summary import read_summary, tables
    from pipelines.run_console import failed_checks_table, run_on_console

    console = Console()
    company = prepare_home(home, scale=scale, seed=seed)
    console.print(company.words, soft_wrap=True)
    report = run_on_console(home, console)
    for table in (*tables(read_summary(home), report), failed_checks_table(report)):
        if table is not None:
            console.print()
            console.print(table)
    console.print()
    console.print(f"The company's systems are in [bold]{home / 'systems'}[/bold].", soft_wrap=True)
    console.print(f"For analysts: [bold]{home / 'analyst.duckdb'}[/bold], read-only.", soft_wrap=True)
    if no_serve:
        follow = f"concord vectors drain --home {home}"
        console.print(
            f"To search by meaning, embed what was published: [bold]{follow}[/bold]", soft_wrap=True
        )
        return
    serve(home, console)
