"""What a sync did, as a table for a terminal, one row per object."""

from collections.abc import Sequence

from rich.table import Table

from pipelines.sync.contract import SchemaEvent
from pipelines.sync.settling import ObjectResult

COLOURS = {"complete": "green", "partial": "yellow", "failed": "red"}


def summary_table(results: Sequence[ObjectResult]) -> Table:
    """Return the table of a finished sync."""
    table = Table(title="Synced", title_justify="left")
    table.add_column("object")
    for title in ("read", "upserted", "deleted", "quarantined", "proven", "seconds"):
        table.add_column(title, justify="right")
    table.add_column("deletes")
    table.add_column("status")
    for result in results:
        counts = (result.rows_read, result.upserted, result.deleted, result.quarantined)
        share = "" if result.proven_share is None else f"{_floored(result.proven_share):.1%}"
        colour = COLOURS[result.status]
        table.add_row(
            f"{result.source}.{result.object_name}",
            *(f"{number:,}" for number in counts),
            share,
            f"{result.seconds:.1f}",
            result.deletes,
            f"[{colour}]{result.status}[/{colour}]",
        )
    return table


def _floored(share: float) -> float:
    # 99.99 % is not all: a table must not round it up to 100.0 %.
    return share if share == 1.0 else int(share * 1000) / 1000


def drift_lines(results: Sequence[ObjectResult]) -> list[str]:
    """Return what sources changed of the columns of their objects, and what became of it."""
    return [
        f"{result.source}.{result.object_name}: {drift_words(event)}"
        for result in results
        for event in result.drift
    ]


def drift_words(event: SchemaEvent) -> str:
    """Return one change of a column in words."""
    match event.event:
        case "added":
            return f"the column {event.column} ({event.new_type}) is new and was taken in"
        case "lost":
            return (
                f"the column {event.column} ({event.old_type}) is gone; its rows wait in quarantine until it"
                " is declared under `without`"
            )
        case "retyped":
            return (
                f"the column {event.column} is {event.new_type} now, was {event.old_type}; values that do not"
                " fit wait in quarantine"
            )


def failure_lines(results: Sequence[ObjectResult]) -> list[str]:
    """Return what went wrong, each cause once, with the objects that it stopped."""
    causes: dict[tuple[str, str], list[str]] = {}
    for result in results:
        if result.error is not None:
            causes.setdefault((result.source, result.error), []).append(result.object_name)
    return [f"{source} ({', '.join(names)}): {error}" for (source, error), names in causes.items()]
