"""A golden record for people: values with source, age and rule, conflicts, records, history, freshness."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from rich.console import RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from context_api.store.reading import freshness, golden_record, records
from context_api.store.reading_history import relationships, timeline
from context_api.store.views import (
    ActivityView,
    FreshnessView,
    GoldenView,
    RecordView,
    RelationshipView,
    Snapshot,
    StatedValue,
)

NEWEST = 15  # activities shown
VALUE_COLUMNS = ("attribute", "value", "source", "age", "rule", "agree")
CONFLICT_COLUMNS = ("attribute", "value not chosen", "source", "age", "rule that chose")
RECORD_COLUMNS = ("record", "here since", "how", "cause")
EDGE_COLUMNS = ("", "kind", "party", "role", "from", "to")
ACTIVITY_COLUMNS = ("when", "kind", "what", "status", "amount")
FRESHNESS_COLUMNS = ("source", "synced", "age", "proven", "deletes", "last sync")
ERASED = "[dim]erased[/dim]"


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that is shown of a party."""

    party: GoldenView
    visible_at: datetime
    records: tuple[RecordView, ...]
    relationships: tuple[RelationshipView, ...]
    timeline: tuple[ActivityView, ...]
    freshness: tuple[FreshnessView, ...]


def look_up(snapshot: Snapshot, golden_id: str) -> Shown:
    """Return what there is to show of a golden record."""
    contributors = records(snapshot, golden_id)
    return Shown(
        party=golden_record(snapshot, golden_id),
        visible_at=snapshot.visible_at,
        records=contributors,
        relationships=relationships(snapshot, golden_id),
        timeline=timeline(snapshot, golden_id, limit=NEWEST),
        freshness=freshness(snapshot, {record.source for record in contributors}),
    )


def as_json(shown: Shown) -> str:
    """Return everything as JSON."""
    return json.dumps(asdict(shown), default=str, indent=1, ensure_ascii=False)


def as_tables(shown: Shown, *, now: datetime) -> Iterator[RenderableType]:
    """Yield what is shown, part by part; parts that say nothing are left out."""
    party = shown.party
    name = escape(party.primary("organization_name", "full_name") or "(no name)")
    yield Panel(
        f"[bold]{name}[/bold]  {party.party_type}\n{party.golden_id}, entity version {party.entity_version},"
        f" {len(party.record_ids)} records; version {party.version} of {_moment(shown.visible_at)}",
        expand=False,
    )
    tables = (
        _table("Values", VALUE_COLUMNS, [_value_row(v, now) for v in party.values]),
        _table("Conflicts", CONFLICT_COLUMNS, [_conflict_row(c, now) for c in party.conflicts]),
        _table("Records", RECORD_COLUMNS, [_record_row(r) for r in shown.records]),
        _table("Relationships", EDGE_COLUMNS, [_edge_row(r) for r in shown.relationships]),
        _table("Latest activities", ACTIVITY_COLUMNS, [_activity_row(a) for a in shown.timeline]),
        _table("Freshness", FRESHNESS_COLUMNS, [_freshness_row(f, now) for f in shown.freshness]),
    )
    yield from (table for table in tables if table.row_count)


def _value_row(v: StatedValue, now: datetime) -> tuple[str, ...]:
    agree = f"{v.support} of {v.claiming}"
    return (v.attribute, _text(v.value), v.record_id, _age(v.observed_at, now), v.rule, agree)


def _conflict_row(c: StatedValue, now: datetime) -> tuple[str, ...]:
    return (c.attribute, _text(c.value), c.record_id, _age(c.observed_at, now), c.rule)


def _record_row(r: RecordView) -> tuple[str, ...]:
    return (r.record_id, _moment(r.recorded_from), r.change, r.cause)


def _edge_row(r: RelationshipView) -> tuple[str, ...]:
    arrow, other = "→" if r.is_outgoing else "←", r.golden_id or r.record_id
    return (arrow, r.kind, other, r.role or "", _moment(r.valid_from), _moment(r.valid_to))


def _activity_row(a: ActivityView) -> tuple[str, ...]:
    return (_moment(a.occurred_at), a.kind, _text(a.title), a.status or "", _amount(a))


def _freshness_row(f: FreshnessView, now: datetime) -> tuple[str, ...]:
    proven = "" if f.proven_share is None else f"{f.proven_share:.0%}"
    state = f.last_error or f.last_status or ""
    synced = _moment(f.last_synced_at)
    return (f"{f.source}:{f.object}", synced, _age(f.last_synced_at, now), proven, f.deletes or "", state)


def _table(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _text(value: str | None) -> str:
    return ERASED if value is None else escape(value)


def _moment(value: datetime | None) -> str:
    return "" if value is None else f"{value:%Y-%m-%d %H:%M}"


def _age(value: datetime | None, now: datetime) -> str:
    if value is None:
        return "unknown"
    hours = (now - value).total_seconds() / 3600
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} d"


def _amount(activity: ActivityView) -> str:
    if activity.amount_cents is None:
        return ""
    return f"{activity.amount_cents / 100:,.2f} {activity.currency or ''}".rstrip()
