"""What a run moved, and which golden records it changed: shown where a company is gone on with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape
from rich.table import Table
from sqlmodel import col, select

from context_api.errors import NothingPublished
from context_api.settings import open_home
from context_api.store.engine import reading
from context_api.store.golden_records import GoldenRecord
from context_api.store.headings import Heading, headings
from context_api.store.ranges import in_version
from context_api.store.reading import version_at
from context_api.store.views import Snapshot
from pipelines.warehouse import connect

SHOWN = 12  # golden records by name; the rest is counted

_MOVED = """
select source || '.' || object, sum(rows_upserted)::bigint, sum(rows_deleted)::bigint from (
    select source, object, arg_max(rows_upserted, started_at) as rows_upserted,
        arg_max(rows_deleted, started_at) as rows_deleted
    from sync.loads group by source, object)
group by all having sum(rows_upserted) + sum(rows_deleted) > 0 order by 1
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """What came of a run: rows moved by object, as (object, upserted, deleted), and golden records.

    `versions` has the entity versions of the new and the changed ones, `gone` counts those that ended, `same`
    those untouched; `named` are some of the changed ones.
    """

    moved: Sequence[tuple[str, int, int]]
    versions: Mapping[str, int]
    gone: int
    same: int
    named: Sequence[Heading]

    @property
    def new(self) -> int:
        """How many golden records there were not before."""
        return sum(version == 1 for version in self.versions.values())

    @property
    def changed(self) -> int:
        """How many have a higher entity version than before."""
        return len(self.versions) - self.new


def visible_version(home: Path) -> int | None:
    """Return the version in force in a home folder, None when nothing is published yet."""
    try:
        engine, sealer = open_home(home)
    except NothingPublished:
        return None
    try:
        with reading(engine) as connection:
            return version_at(connection, sealer).version
    except NothingPublished:
        return None
    finally:
        engine.dispose()


def changes_since(home: Path, version: int) -> Changes:
    """Return what the last run moved, and what is otherwise in the store than at a version."""
    with connect(home, read_only=True, purpose="the summary") as warehouse:
        moved = warehouse.execute(_MOVED).fetchall()
    engine, sealer = open_home(home)
    try:
        with reading(engine) as connection:
            return _compared(version_at(connection, sealer), version, moved)
    finally:
        engine.dispose()


def _compared(snapshot: Snapshot, before: int, moved: Sequence[tuple[str, int, int]]) -> Changes:
    now = in_version(GoldenRecord, snapshot.tenant_id, snapshot.version)
    raised = select(GoldenRecord.golden_id, GoldenRecord.entity_version).where(
        now, col(GoldenRecord.published_from) > before
    )
    versions = {row.golden_id: row.entity_version for row in snapshot.connection.execute(raised)}
    ids = [
        set(snapshot.connection.execute(select(GoldenRecord.golden_id).where(condition)).scalars())
        for condition in (now, in_version(GoldenRecord, snapshot.tenant_id, before))
    ]
    named = headings(snapshot, sorted(versions)[:SHOWN])
    return Changes(
        moved=moved,
        versions=versions,
        gone=len(ids[1] - ids[0]),
        same=len(ids[0]) - len(versions),
        named=[named[golden_id] for golden_id in sorted(named)],
    )


def change_tables(changes: Changes) -> Iterator[Table]:
    """Yield the rows that moved and the golden records that changed."""
    moved = _table("What the sources moved", "object", "rows taken over", "rows deleted")
    for name, upserted, deleted in changes.moved:
        moved.add_row(name, f"{upserted:,}", f"{deleted:,}")
    if not changes.moved:
        moved.add_row("nothing", "", "")
    yield moved
    golden = _table("What became of the golden records", "", "count")
    golden.add_row("new", f"{changes.new:,}")
    golden.add_row("changed, entity version raised", f"{changes.changed:,}")
    golden.add_row("gone", f"{changes.gone:,}")
    golden.add_row("untouched", f"{changes.same:,}")
    yield golden
    if changes.named:
        some = "" if len(changes.named) == len(changes.versions) else f" ({len(changes.named)} of them)"
        named = _table(
            f"New and changed{some}: concord show GOLDEN_ID", "golden id", "name", "entity version"
        )
        for heading in changes.named:
            version = changes.versions[heading.golden_id]
            named.add_row(heading.golden_id, escape(heading.name or "(no name)"), str(version))
        yield named


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for position, column in enumerate(columns):
        table.add_column(column, justify="left" if position == 0 or column == "name" else "right")
    return table
