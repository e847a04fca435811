"""The commands of the vectors: `concord vectors drain | rebuild | search`; imports wait for their call."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from pipelines.vectors.drain import DrainSummary

DEFAULT_HOME = Path(".concord")
DEFAULT_TENANT = "default"

app = typer.Typer()
vectors_app = typer.Typer(
    no_args_is_help=True,
    help="The index for search by meaning: bring it up to date, build it anew, ask it."
    " It lives in the home folder, or on the Qdrant server that QDRANT_URL names.",
)
app.add_typer(vectors_app, name="vectors")
HomeOption = Annotated[Path, typer.Option("--home", help="Folder with the store and the vectors.")]


@vectors_app.command("drain")
def drain_command(home: HomeOption = DEFAULT_HOME) -> None:
    """Embed what was published since the last time, and take out what is gone."""
    from pipelines.vectors.following import existing_store, follow
    from pipelines.vectors.store_outbox import StoreOutbox

    outbox = StoreOutbox(existing_store(home))
    with _progress("vectors", outbox.count_pending()) as advance:
        done = follow(home, outbox, on_progress=advance)
    _tell(done)


@vectors_app.command("rebuild")
def rebuild_command(home: HomeOption = DEFAULT_HOME) -> None:
    """Build the index anew from the store; nothing that the store no longer holds is left anywhere."""
    from pipelines.vectors.following import build_anew, existing_store, live_texts
    from pipelines.vectors.store_outbox import StoreOutbox

    engine = existing_store(home)
    StoreOutbox(engine)  # says what to do where nothing was published yet
    live = live_texts(home, engine)
    with _progress("vectors", live.count()) as advance:
        done = build_anew(home, live, on_progress=advance)
    _tell(done)


@vectors_app.command("search")
def search_command(
    text: Annotated[str, typer.Argument(help="What to look for, in any words.", show_default=False)],
    home: HomeOption = DEFAULT_HOME,
    tenant: Annotated[str, typer.Option("--tenant", help="Whose data to search.")] = DEFAULT_TENANT,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="activity or customer, or a kind of activity; may be given again."),
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only from this source; may be given again.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="On this day (UTC) or later.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many to show.")] = 10,
) -> None:
    """Show the activities and customers nearest in meaning to a text: cosine, kind, id, time, records."""
    from pipelines.vectors.embedding import PackagedModel
    from pipelines.vectors.opening import open_place
    from pipelines.vectors.points import KINDS, SearchFilter
    from pipelines.vectors.search import search

    where = SearchFilter(
        kinds=tuple(k for k in kind or () if k in KINDS),
        activity_kinds=tuple(k for k in kind or () if k not in KINDS),
        sources=tuple(source or ()),
        since=since,
    )
    index = open_place(home, os.environ, is_for_searching=True).reading()
    try:
        hits = search(text, index, embed=PackagedModel(), tenant_id=tenant, where=where, limit=limit)
    finally:
        index.close()
    for hit in hits:
        told = (f"{hit.score:.3f}", hit.ref.kind, hit.ref.key, hit.occurred_at or "", *hit.record_ids)
        typer.echo("\t".join(told))
    if not hits:
        typer.echo("nothing found", err=True)


@contextmanager
def _progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda rows: bar.advance(task, rows)


def _tell(done: "DrainSummary") -> None:
    typer.echo(
        f"{done.put:,} points written, {done.removed:,} removed;"
        f" {done.embedded:,} texts embedded, {done.known:,} known already"
    )
