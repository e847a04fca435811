"""Speed of a sync beside plain dlt: pages of dicts in, rows upserted into DuckDB out.

    python -m benchmarks.sync_speed [--rows 500000] [--plain-rows 50000] [--json FILE]

The rows have 15 columns, like a customer table. Ours are read through the engine, with validation, hashes,
quarantine, cursor and proof; plain dlt merges the same dicts by primary key, with parquet files, which is
its quicker way. Both sides load all rows, then all of them again with one in ten changed. Rows a second
depend on what else the machine does, which its load shows; rows a CPU second and the ratio depend less.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import dlt
import duckdb
from rich.console import Console
from rich.table import Table

from pipelines.connectors.port import Connector, Cursor, Field, FieldType, KeyValues, Page, SourceObject
from pipelines.connectors.sql import SqlSettings
from pipelines.sync.engine import SyncOptions, sync
from pipelines.sync.sources import Source
from pipelines.warehouse import connect

TARGET_ROWS_PER_SECOND = 100_000
PAGE_ROWS = 10_000
TEXTS = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "street",
    "postcode",
    "city",
    "country",
    "title",
    "owner",
)
FIELDS = (
    Field("id", FieldType.BIGINT),
    *(Field(name, FieldType.TEXT) for name in TEXTS),
    Field("visits", FieldType.BIGINT),
    Field("score", FieldType.DOUBLE),
    Field("deleted_at", FieldType.TEXT),
    Field("updated_at", FieldType.TEXT),
)
CUSTOMERS = SourceObject("customers", FIELDS, ("id",), "updated_at", "deleted_at")


@dataclass(frozen=True, slots=True)
class Side:
    """How fast one side was, in rows a second: the first load, and the one with a tenth changed.

    `per_cpu_second` is over both loads, with the threads of every engine.
    """

    name: str
    rows: int
    first: float
    again: float
    per_cpu_second: float


@dataclass(slots=True)
class Spent:
    """What loads took: seconds each, and CPU seconds of this process for all of them."""

    seconds: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0

    @contextmanager
    def on_a_load(self) -> Iterator[None]:
        """Add what the block takes."""
        began, cpu = time.perf_counter(), _cpu_seconds()
        yield
        self.seconds.append(time.perf_counter() - began)
        self.cpu_seconds += _cpu_seconds() - cpu


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def rows_of(count: int, *, version: int) -> list[dict[str, Any]]:
    """Return rows; with version 1, every tenth differs from version 0."""
    return [_row(number, version if number % 10 == 0 else 0) for number in range(count)]


def _row(number: int, version: int) -> dict[str, Any]:
    texts = {name: f"{name} {number * 7919 % 100_003}" for name in TEXTS}
    time_ = f"2024-{1 + number % 12:02}-{1 + version:02}T{number % 24:02}:00:00Z"
    return {
        "id": number, **texts, "visits": number % 97, "score": number / 7, "deleted_at": None,
        "updated_at": time_,
    }  # fmt: skip


class Pages(Connector):
    """A source that holds its rows in memory, so that only the sync is timed."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows

    def check(self) -> None:
        """Memory is always there."""

    def discover(self) -> tuple[SourceObject, ...]:
        """Return the one table."""
        return (CUSTOMERS,)

    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        """Yield every row in pages."""
        for start in range(0, len(self._rows), PAGE_ROWS):
            yield Page(self._rows[start : start + PAGE_ROWS], cursor={"after": start})

    def keys(self, object_: SourceObject) -> Iterator[Sequence[KeyValues]]:
        """Yield all keys."""
        yield [(row["id"],) for row in self._rows]

    def count(self, object_: SourceObject) -> int:
        """Count the rows."""
        return len(self._rows)

    def sample(self, object_: SourceObject, size: int) -> Page:
        """Return rows at even distances."""
        return Page(self._rows[:: max(1, len(self._rows) // size)])


def time_concord(folder: Path, loads: Sequence[list[dict[str, Any]]]) -> Side:
    """Time the engine."""
    source = Source("shop", SqlSettings("sqlite://", ()), ("customers",))
    spent = Spent()
    with connect(folder) as connection:
        for rows in loads:
            pages = Pages(rows)
            with spent.on_a_load():
                (result,) = sync(
                    connection,
                    [source],
                    home=folder,
                    open_connector=partial(_given, pages),
                    options=SyncOptions(),
                )
            if result.proven_share != 1.0:
                raise AssertionError(f"not all rows arrived: {result}")
    return _side("concord sync", loads, spent)


def _given(pages: Pages, _source: Source) -> Pages:
    return pages


def time_plain_dlt(folder: Path, loads: Sequence[list[dict[str, Any]]]) -> Side:
    """Time dlt's own merge of the same dicts."""
    dlt.config["runtime.dlthub_telemetry"] = False
    dlt.config["runtime.log_level"] = "ERROR"
    spent = Spent()
    with duckdb.connect(str(folder / "plain.duckdb")) as connection:
        pipeline = dlt.pipeline(
            "plain", pipelines_dir=str(folder / "dlt"), dataset_name="raw",
            destination=dlt.destinations.duckdb(credentials=connection),
        )  # fmt: skip
        for rows in loads:
            pages = [rows[start : start + PAGE_ROWS] for start in range(0, len(rows), PAGE_ROWS)]
            resource = dlt.resource(pages, name="customers", write_disposition="merge", primary_key="id")
            with spent.on_a_load():
                pipeline.run(resource, loader_file_format="parquet")
    return _side("plain dlt merge", loads, spent)


def _side(name: str, loads: Sequence[list[dict[str, Any]]], spent: Spent) -> Side:
    first, again = (len(rows) / seconds for rows, seconds in zip(loads, spent.seconds, strict=True))
    return Side(name, len(loads[0]), first, again, sum(map(len, loads)) / spent.cpu_seconds)


def measure(rows: int, plain_rows: int) -> list[Side]:
    """Time both sides in folders of their own."""
    sides = []
    for timed, count in ((time_concord, rows), (time_plain_dlt, plain_rows)):
        loads = [rows_of(count, version=version) for version in (0, 1)]
        with tempfile.TemporaryDirectory(prefix="concord-sync-") as folder:
            timed(Path(folder), [part[:PAGE_ROWS] for part in loads])  # engines and code are warm afterwards
        with tempfile.TemporaryDirectory(prefix="concord-sync-") as folder:
            sides.append(timed(Path(folder), loads))
    return sides


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; exit code 1 when the target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sync_speed", description="Time sync and dlt.")
    parser.add_argument("--rows", type=int, default=500_000, help="rows through concord (default: 500000)")
    parser.add_argument(
        "--plain-rows", type=int, default=50_000, help="rows through plain dlt (default: 50000)"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    options = parser.parse_args(arguments)
    sides = measure(options.rows, options.plain_rows)
    table = Table("side", "rows", "first load, rows/s", "one in ten changed, rows/s", "rows per CPU second")
    for side in sides:
        figures = (side.rows, side.first, side.again, side.per_cpu_second)
        table.add_row(side.name, *(f"{figure:,.0f}" for figure in figures))
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(table)
    reached = min(sides[0].first, sides[0].again) >= TARGET_ROWS_PER_SECOND
    ours, plain = sides
    ratios = (ours.first / plain.first, ours.again / plain.again, ours.per_cpu_second / plain.per_cpu_second)
    console.print("concord : plain dlt " + ", ".join(f"{ratio:.1f}" for ratio in ratios))
    console.print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    console.print(f"target {TARGET_ROWS_PER_SECOND:,} rows/s: {'reached' if reached else 'missed'}")
    if options.json:
        options.json.write_text(
            json.dumps([asdict(side) for side in sides], indent=1) + "\n", encoding="utf-8"
        )
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
