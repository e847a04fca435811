"""A golden record for people: values with source, age and rule, conflicts, records, history, freshness."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from math import floor

from rich.console import RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from context_api.store.headings import NAMES, Heading, headings
from context_api.store.reading import freshness, golden_record, records
from context_api.store.reading_relationships import relationships
from context_api.store.reading_timeline import Happening, Window, happenings
from context_api.store.views import (
    FreshnessView,
    GoldenView,
    RecordView,
    RelationshipView,
    Snapshot,
    StatedValue,
)

NEWEST = 15  # activities shown
VALUE_COLUMNS = ("attribute", "value", "source", "age", "rule", "agree")
CONFLICT_COLUMNS = ("attribute", "not chosen", "source", "age", "chosen instead", "by rule")
RECORD_COLUMNS = ("record", "here since", "how", "cause")
EDGE_COLUMNS = ("", "kind", "party", "golden id", "role, source", "from", "to")
CHOICE_COLUMNS = ("golden id", "name", "type", "records", "known by")
ACTIVITY_COLUMNS = ("when", "kind", "what", "status", "amount")
FRESHNESS_COLUMNS = ("source", "synced", "age", "proven", "deletes", "last sync")
ERASED = "[dim]erased[/dim]"
YEAR_HOURS = 365.25 * 24
MOST_WORDS = 60  # letters of an activity's text


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that is shown of a party."""

    party: GoldenView
    visible_at: datetime
    records: tuple[RecordView, ...]
    relationships: tuple[RelationshipView, ...]
    timeline: tuple[Happening, ...]
    freshness: tuple[FreshnessView, ...]
    others: Mapping[str, Heading] = field(default_factory=dict)  # who stands at the other ends, by golden id


def look_up(snapshot: Snapshot, golden_id: str) -> Shown:
    """Return what there is to show of a golden record."""
    contributors = records(snapshot, golden_id)
    edges = relationships(snapshot, golden_id)
    return Shown(
        party=golden_record(snapshot, golden_id),
        visible_at=snapshot.visible_at,
        records=contributors,
        relationships=edges,
        timeline=happenings(snapshot, golden_id, Window(), limit=NEWEST),
        freshness=freshness(snapshot, {record.source for record in contributors}),
        others=headings(snapshot, {edge.golden_id for edge in edges if edge.golden_id is not None}),
    )


def choices(snapshot: Snapshot, golden_ids: Sequence[str]) -> tuple[Heading, ...]:
    """Return who goes by what was asked, in the order given."""
    found = headings(snapshot, golden_ids)
    return tuple(found[golden_id] for golden_id in golden_ids if golden_id in found)


def choices_table(found: Sequence[Heading], asked: str) -> Table:
    """Return the parties that a search found, for a person to choose from."""
    rows = [
        (h.golden_id, _text(h.name), h.party_type, str(h.records), escape(", ".join(h.details)))
        for h in found
    ]
    return _table(f"{len(found)} parties go by {escape(repr(asked))}", CHOICE_COLUMNS, rows)


def choices_as_json(found: Sequence[Heading]) -> str:
    """Return who goes by what was asked as JSON."""
    return json.dumps({"choices": [asdict(heading) for heading in found]}, indent=1, ensure_ascii=False)


def as_json(shown: Shown) -> str:
    """Return everything as JSON."""
    return json.dumps(asdict(shown), default=str, indent=1, ensure_ascii=False)


def as_tables(shown: Shown, *, now: datetime) -> Iterator[RenderableType]:
    """Yield what is shown, part by part; parts that say nothing are left out."""
    party = shown.party
    name = escape(party.primary(*NAMES) or "(no name)")
    values = sorted(party.values, key=lambda v: (v.attribute not in NAMES, v.attribute, v.position))
    yield Panel(
        f"[bold]{name}[/bold]  {party.party_type}\n{party.golden_id}, entity version {party.entity_version},"
        f" {len(party.record_ids)} records; version {party.version} of {_moment(shown.visible_at)}",
        expand=False,
    )
    tables = (
        _table("Values", VALUE_COLUMNS, [_value_row(v, now) for v in values]),
        _table("Conflicts", CONFLICT_COLUMNS, [_conflict_row(c, party, now) for c in party.conflicts]),
        _table("Records", RECORD_COLUMNS, [_record_row(r) for r in shown.records]),
        _table("Relationships", EDGE_COLUMNS, _edge_rows(shown)),
        _table("Latest activities", ACTIVITY_COLUMNS, [_activity_row(a, now) for a in shown.timeline]),
        _table("Freshness", FRESHNESS_COLUMNS, [_freshness_row(f, now) for f in shown.freshness]),
    )
    yield from (table for table in tables if table.row_count)


def _value_row(v: StatedValue, now: datetime) -> tuple[str, ...]:
    agree = f"{v.support} of {v.claiming}"
    return (v.attribute, _text(v.value), v.record_id, _age(v.observed_at, now), v.rule, agree)


def _conflict_row(c: StatedValue, party: GoldenView, now: datetime) -> tuple[str, ...]:
    chosen = escape(party.primary(c.attribute) or "")
    return (c.attribute, _text(c.value), c.record_id, _age(c.observed_at, now), chosen, c.rule)


def _record_row(r: RecordView) -> tuple[str, ...]:
    return (r.record_id, _moment(r.recorded_from), r.change, r.cause)


def _edge_rows(shown: Shown) -> list[tuple[str, ...]]:
    """Return a row for each kind of tie to each party, with what every source says of it."""
    told: dict[tuple[str, str, str], list[RelationshipView]] = defaultdict(list)
    for edge in shown.relationships:
        told[edge.kind, "→" if edge.is_outgoing else "←", edge.golden_id or edge.record_id].append(edge)
    rows = [
        (arrow, kind, _other(shown, other), other, *_said_of(edges))
        for (kind, arrow, other), edges in told.items()
    ]
    return sorted(rows, key=lambda row: (row[1], row[0], row[2].casefold(), row[3]))


def _other(shown: Shown, other: str) -> str:
    if other == shown.party.golden_id:
        return "(itself)"
    heading = shown.others.get(other)
    return "" if heading is None else _text(heading.name or "(no name)")


def _said_of(edges: Sequence[RelationshipView]) -> tuple[str, str, str]:
    """Return roles with their sources, since when, and until when unless some source says it goes on."""
    roles = sorted({escape(f"{edge.role}, {edge.source}" if edge.role else edge.source) for edge in edges})
    starts = [edge.valid_from for edge in edges if edge.valid_from is not None]
    ends = [edge.valid_to for edge in edges if edge.valid_to is not None]
    until = max(ends) if len(ends) == len(edges) else None
    return ("; ".join(roles), _moment(min(starts, default=None)), _moment(until))


def _activity_row(a: Happening, now: datetime) -> tuple[str, ...]:
    words = " ".join((a.title or a.body or "").split())[:MOST_WORDS]
    is_ahead = a.occurred_at is not None and a.occurred_at > now
    when = f"[yellow]{_moment(a.occurred_at)}, ahead[/yellow]" if is_ahead else _moment(a.occurred_at)
    return (when, a.kind, escape(words), a.status or "", _amount(a))


def _freshness_row(f: FreshnessView, now: datetime) -> tuple[str, ...]:
    # 99.99 % is not all: it must not be rounded up to 100 %.
    proven = "" if f.proven_share is None else f"{floor(f.proven_share * 1_000) / 1_000:.1%}"
    state = f.last_error or f.last_status or ""
    synced = _moment(f.last_synced_at)
    return (f"{f.source}:{f.object}", synced, _age(f.last_synced_at, now), proven, f.deletes or "", state)


def _table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
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
    if hours < 48:
        return f"{hours:.0f} h"
    return f"{hours / 24:.0f} d" if hours < YEAR_HOURS else f"{hours / YEAR_HOURS:.1f} y"


def _amount(activity: Happening) -> str:
    if activity.amount_cents is None:
        return ""
    return f"{activity.amount_cents / 100:,.2f} {activity.currency or ''}".rstrip()
