"""The command of the demo company: `concord demo`; what it needs is imported when it is called."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

DEFAULT_HOME = Path(".concord") / "demo"

app = typer.Typer()


@app.command()
def demo(
    home: Annotated[
        Path, typer.Option("--home", help="Folder for the result; made where it is missing.")
    ] = DEFAULT_HOME,
) -> None:
    """Resolve the bundled sample of four systems and show what came out, measured against its truth."""
    from demo.outcome import read_outcome, tables
    from demo.sample import FILES, SAMPLE, TRUTH
    from resolution.evaluation import evaluate_run
    from resolution.run import resolve

    console = Console()
    resolve([SAMPLE / file for file in FILES], out=home)
    for table in tables(read_outcome(home), evaluate_run(home, SAMPLE / TRUTH)):
        console.print(table)
        console.print()
    console.print(f"The report: [bold]{home / 'report.html'}[/bold]", soft_wrap=True)
    console.print(
        f"Why are two records one party? [bold]concord explain RECORD_A RECORD_B --run {home}[/bold]",
        soft_wrap=True,
    )
