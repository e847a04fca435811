"""The command of the context store: `concord show`; what it needs is imported when it is called."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

DEFAULT_HOME = Path(".concord")

app = typer.Typer()


@app.command()
def show(
    customer: Annotated[
        str,
        typer.Argument(help="A golden id, a record id (source:object:id), an e-mail, or words of a name."),
    ],
    home: Annotated[Path, typer.Option("--home", help="Home folder of the company.")] = DEFAULT_HOME,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", help="Show what was known at this time (UTC).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Show one golden record: values with source and age, conflicts, records, relationships, timeline.

    Where several parties go by what was asked, they are listed to choose from.
    """
    from context_api.settings import open_home
    from context_api.showing import as_json as to_json
    from context_api.showing import as_tables, choices, choices_as_json, choices_table, look_up
    from context_api.store.engine import reading
    from context_api.store.finding import find
    from context_api.store.reading import version_at

    engine, sealer = open_home(home)
    console = Console()
    moment = None if as_of is None else as_of.replace(tzinfo=as_of.tzinfo or UTC)
    with reading(engine) as connection:
        snapshot = version_at(connection, sealer, as_of=moment)
        found = find(snapshot, customer)
        several = choices(snapshot, found) if len(found) > 1 else ()
        shown = None if several else look_up(snapshot, found[0])
    if shown is None:
        typer.echo(choices_as_json(several)) if as_json else console.print(choices_table(several, customer))
        return
    if as_json:
        typer.echo(to_json(shown))
        return
    for part in as_tables(shown, now=datetime.now(tz=UTC)):
        console.print(part)
        console.print()
