"""Listing the golden records of a version, a page at a time.

Each order has a key that no two parties share, so that a page begins where the last one ended, whatever was
published in between.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import col, select

from context_api.store.bulk import chunked
from context_api.store.golden_records import GoldenRecord
from context_api.store.identities import LedgerEntry
from context_api.store.ranges import in_version
from context_api.store.records import PartyRecord
from context_api.store.views import Snapshot


class Order(StrEnum):
    """In which order parties are listed."""

    ID = "golden_id"
    CHANGED = "-changed"  # the golden records that changed last come first
    RECORDS = "-records"  # those with most records come first


@dataclass(frozen=True, slots=True)
class Filters:
    """Which parties are listed; None leaves a filter out."""

    party_type: str | None = None
    source: str | None = None
    least_records: int | None = None
    changed_since_version: int | None = None


@dataclass(frozen=True, slots=True)
class ListedParty:
    """A golden record in a listing, and the key that the next page begins after."""

    golden_id: str
    entity_version: int
    changed_in_version: int
    size: int

    def key(self, order: Order) -> tuple[int | str, ...]:
        """Return where it stands in an order."""
        ranks = {Order.ID: (), Order.CHANGED: (self.changed_in_version,), Order.RECORDS: (self.size,)}
        return (*ranks[order], self.golden_id)


def listed(
    snapshot: Snapshot, filters: Filters, *, order: Order, limit: int, after: tuple[Any, ...] | None
) -> tuple[ListedParty, ...]:
    """Return the next parties of a listing."""
    golden_id = col(GoldenRecord.golden_id)
    rank = {Order.CHANGED: col(GoldenRecord.published_from), Order.RECORDS: col(GoldenRecord.size)}.get(order)
    asked = select(
        GoldenRecord.golden_id, GoldenRecord.entity_version, GoldenRecord.published_from, GoldenRecord.size
    ).where(in_version(GoldenRecord, snapshot.tenant_id, snapshot.version), *_conditions(snapshot, filters))
    if rank is None:
        asked = asked.order_by(golden_id)
        if after is not None:
            asked = asked.where(golden_id > after[0])
    else:
        asked = asked.order_by(rank.desc(), golden_id)
        if after is not None:
            asked = asked.where(or_(rank < after[0], and_(rank == after[0], golden_id > after[1])))
    rows = snapshot.connection.execute(asked.limit(limit))
    return tuple(ListedParty(*row) for row in rows)


def _conditions(snapshot: Snapshot, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.party_type is not None:
        found.append(col(GoldenRecord.party_type) == filters.party_type)
    if filters.least_records is not None:
        found.append(col(GoldenRecord.size) >= filters.least_records)
    if filters.changed_since_version is not None:
        found.append(col(GoldenRecord.published_from) > filters.changed_since_version)
    if filters.source is not None:
        found.append(_is_known_by(snapshot, filters.source))
    return found


def _is_known_by(snapshot: Snapshot, source: str) -> ColumnElement[bool]:
    """Return the condition under which a golden record has a record of a source."""
    members = (
        select(LedgerEntry.record_id)
        .join(
            PartyRecord,
            and_(
                col(PartyRecord.tenant_id) == LedgerEntry.tenant_id,
                col(PartyRecord.record_id) == LedgerEntry.record_id,
            ),
        )
        .where(in_version(LedgerEntry, snapshot.tenant_id, snapshot.version))
        .where(in_version(PartyRecord, snapshot.tenant_id, snapshot.version))
        .where(LedgerEntry.golden_id == GoldenRecord.golden_id, PartyRecord.source == source)
    )
    return exists(members.correlate(GoldenRecord))


def known_by(snapshot: Snapshot, golden_ids: Iterable[str], source: str) -> frozenset[str]:
    """Return those golden records that have a record of a source."""
    asked = select(GoldenRecord.golden_id).where(
        in_version(GoldenRecord, snapshot.tenant_id, snapshot.version), _is_known_by(snapshot, source)
    )
    found: set[str] = set()
    for chunk in chunked(golden_ids):
        rows = snapshot.connection.execute(asked.where(col(GoldenRecord.golden_id).in_(chunk)))
        found |= {row.golden_id for row in rows}
    return frozenset(found)
