"""The activities of a party page by page, newest first; undated ones come last.

Walks the index by record and time, so that a page costs the same wherever in a long history it stands.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_
from sqlmodel import col, select

from context_api.store.activities import Activity, ActivityParty
from context_api.store.bulk import chunked
from context_api.store.ranges import in_version
from context_api.store.reading import members
from context_api.store.records import RecordKey
from context_api.store.sealing import TEXTS
from context_api.store.views import Snapshot


@dataclass(frozen=True, slots=True)
class Window:
    """Which activities are asked for; None leaves a bound out."""

    kinds: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """An activity with its texts; texts are None where it was erased."""

    activity_id: str
    kind: str
    source: str
    occurred_at: datetime | None
    roles: tuple[str, ...]
    record_ids: tuple[str, ...]
    title: str | None
    body: str | None
    terms: str | None
    attributes: str | None
    status: str | None
    priority: str | None
    amount_cents: int | None
    currency: str | None
    due_at: datetime | None
    thread_id: str | None
    references_activity_id: str | None
    is_erased: bool


Place = tuple[datetime | None, str]  # when and which: where a page begins


def happenings(
    snapshot: Snapshot, golden_id: str, window: Window, *, limit: int, after: Place | None = None
) -> tuple[Happening, ...]:
    """Return the next activities of a party."""
    places: dict[str, datetime | None] = {}
    taken: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for chunk in chunked(members(snapshot, [golden_id])):
        for row in _taking_part(snapshot, chunk, window, limit=limit, after=after):
            places[row.activity_id] = row.occurred_at
            taken[row.activity_id].add((row.role, row.record_id))
    chosen = sorted(places.items(), key=lambda item: _order(item[1], item[0]))[:limit]
    texts = _with_texts(snapshot, [activity_id for activity_id, _ in chosen])
    return tuple(
        _happening(snapshot, texts[activity_id], taken[activity_id])
        for activity_id, _ in chosen
        if activity_id in texts
    )


def happenings_of(snapshot: Snapshot, activity_ids: Iterable[str]) -> Iterator[Happening]:
    """Yield those activities that are in this version, with all that took part in each."""
    taken: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for chunk in chunked(activity_ids):
        rows = snapshot.connection.execute(
            select(ActivityParty.activity_id, ActivityParty.role, ActivityParty.record_id).where(
                in_version(ActivityParty, snapshot.tenant_id, snapshot.version),
                col(ActivityParty.activity_id).in_(chunk),
            )
        )
        for row in rows:
            taken[row.activity_id].add((row.role, row.record_id))
        for activity_id, found in _with_texts(snapshot, chunk).items():
            yield _happening(snapshot, found, taken[activity_id])


def _order(occurred_at: datetime | None, activity_id: str) -> tuple[bool, float, str]:
    return (occurred_at is None, -(occurred_at.timestamp() if occurred_at else 0.0), activity_id)


def _taking_part(
    snapshot: Snapshot, records: Sequence[str], window: Window, *, limit: int, after: Place | None
) -> Sequence[Row[Any]]:
    """Return the roles of records in the next activities: all roles of each of them."""
    time, key = col(ActivityParty.occurred_at), col(ActivityParty.activity_id)
    conditions = [
        in_version(ActivityParty, snapshot.tenant_id, snapshot.version),
        col(ActivityParty.record_id).in_(records),
    ]
    if window.kinds:
        conditions.append(col(ActivityParty.kind).in_(window.kinds))
    if window.since is not None:
        conditions.append(time >= window.since)
    if window.until is not None:
        conditions.append(time < window.until)
    if after is not None:
        moment, last = after
        conditions.append(
            and_(time.is_(None), key > last)
            if moment is None
            else or_(time < moment, time.is_(None), and_(time == moment, key > last))
        )
    next_ones = (
        select(ActivityParty.activity_id, ActivityParty.occurred_at)
        .where(*conditions)
        .distinct()
        .order_by(time.desc().nulls_last(), key)
        .limit(limit)
    )
    found = [row.activity_id for row in snapshot.connection.execute(next_ones)]
    rows: list[Row[Any]] = []
    for chunk in chunked(found):
        asked = select(
            ActivityParty.activity_id, ActivityParty.occurred_at, ActivityParty.role, ActivityParty.record_id
        ).where(conditions[0], conditions[1], key.in_(chunk))
        rows += snapshot.connection.execute(asked).all()
    return rows


def _with_texts(snapshot: Snapshot, activity_ids: Sequence[str]) -> dict[str, Row[Any]]:
    found: dict[str, Row[Any]] = {}
    for chunk in chunked(activity_ids):
        rows = snapshot.connection.execute(
            select(Activity.__table__, RecordKey.salt)  # type: ignore[attr-defined]
            .outerjoin(
                RecordKey,
                and_(
                    col(RecordKey.tenant_id) == Activity.tenant_id,
                    col(RecordKey.record_id) == Activity.activity_id,
                ),
            )
            .where(in_version(Activity, snapshot.tenant_id, snapshot.version))
            .where(col(Activity.activity_id).in_(chunk))
        )
        found |= {row.activity_id: row for row in rows}
    return found


def _happening(snapshot: Snapshot, row: Row[Any], taken: set[tuple[str, str]]) -> Happening:
    plain = snapshot.sealer.open(row.sealed_texts, salt=row.salt, record_id=row.activity_id, what=TEXTS)
    texts = json.loads(plain) if plain else {}
    return Happening(
        activity_id=row.activity_id,
        kind=row.kind,
        source=row.source,
        occurred_at=row.occurred_at,
        roles=tuple(sorted({role for role, _ in taken})),
        record_ids=tuple(sorted({record for _, record in taken})),
        title=texts.get("title"),
        body=texts.get("body"),
        terms=texts.get("terms"),
        attributes=texts.get("attributes"),
        status=row.status,
        priority=row.priority,
        amount_cents=row.amount_cents,
        currency=row.currency,
        due_at=row.due_at,
        thread_id=row.thread_id,
        references_activity_id=row.references_activity_id,
        is_erased=plain is None,
    )
