"""All texts that the index should hold, from the visible version of each tenant.

They are composed as publish composes them for the outbox (a test compares the two): equal texts have equal
hashes, so a rebuild embeds nothing that a drain embedded before. Read by pages, each in a transaction of
its own, since embedding what a page holds may take a minute and the store's log must not wait for it; all
pages are of the version that was visible at the start, and what came later is pending in the outbox.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, func, select
from sqlmodel import col

from context_api.store.activities import Activity, ActivityParty
from context_api.store.engine import reading
from context_api.store.ranges import in_version
from context_api.store.records import PartyRecord, RecordKey
from context_api.store.sealing import CLAIMS, TEXTS, Sealer
from context_api.store.versions import Tenant
from pipelines.publish_texts import EMBEDDED_CHARACTERS, SUMMARY_ATTRIBUTES
from pipelines.vectors.outbox import LiveTexts, OutboxRow

PAGE = 1_000  # rows read in one transaction


class StoreTexts(LiveTexts):
    """The activities and party records of a context store that have a text which can be read."""

    def __init__(self, engine: Engine, master: bytes) -> None:
        self._engine = engine
        self._master = master

    def count(self) -> int:
        """Return how many activities and records there are, those without a text included."""
        counted = 0
        with reading(self._engine) as connection:
            for tenant_id, version in _versions(connection):
                for table in (Activity, PartyRecord):
                    rows = select(func.count()).where(in_version(table, tenant_id, version))
                    counted += int(connection.execute(rows.select_from(table)).scalar_one())
        return counted

    def rows(self) -> Iterator[OutboxRow]:
        """Yield each activity and party record that has a text."""
        with reading(self._engine) as connection:
            versions = _versions(connection)
        for tenant_id, version in versions:
            sealer = Sealer(self._master, tenant_id)
            yield from self._pages(Activity, "activity_id", sealer, version=version)
            yield from self._pages(PartyRecord, "record_id", sealer, version=version)

    def _pages(self, table: Any, key: str, sealer: Sealer, *, version: int) -> Iterator[OutboxRow]:
        column, last = getattr(table, key), ""
        same = (RecordKey.tenant_id == table.tenant_id) & (RecordKey.record_id == column)
        while True:
            with reading(self._engine) as connection:
                found = connection.execute(
                    select(table.__table__, col(RecordKey.salt))
                    .join(RecordKey, same)
                    .where(in_version(table, sealer.tenant_id, version), column > last)
                    .where(col(RecordKey.salt).is_not(None))
                    .order_by(column)
                    .limit(PAGE)
                ).all()
                read = _activities if table is Activity else _customers
                rows = read(connection, found, sealer, version)
            yield from (row for row in rows if row.text)
            if len(found) < PAGE:
                return
            last = getattr(found[-1], key)


def _versions(connection: Connection) -> list[tuple[str, int]]:
    known = select(col(Tenant.tenant_id), col(Tenant.visible_sequence)).order_by(col(Tenant.tenant_id))
    return [(tenant_id, version) for tenant_id, version in connection.execute(known)]


def _activities(
    connection: Connection, found: Sequence[Any], sealer: Sealer, version: int
) -> list[OutboxRow]:
    records: dict[str, list[str]] = defaultdict(list)
    parties = (
        select(col(ActivityParty.activity_id), col(ActivityParty.record_id))
        .where(in_version(ActivityParty, sealer.tenant_id, version))
        .where(col(ActivityParty.activity_id).in_([row.activity_id for row in found]))
        .distinct()
        .order_by(col(ActivityParty.record_id))
    )
    for activity_id, record_id in connection.execute(parties):
        records[activity_id].append(record_id)
    rows = []
    for row in found:
        plain = sealer.open(row.sealed_texts, salt=row.salt, record_id=row.activity_id, what=TEXTS)
        said = json.loads(plain) if plain else {}
        body = said.get("body")
        parts = (said.get("title"), None if body is None else body[:EMBEDDED_CHARACTERS])
        text = "\n".join(part for part in parts if part is not None)
        payload = {
            "kind": row.kind,
            "source": row.source,
            "occurred_at": None if row.occurred_at is None else row.occurred_at.isoformat(),
            "record_ids": records[row.activity_id],
        }
        rows.append(_row(sealer.tenant_id, "activity", row.activity_id, text=text, payload=payload))
    return rows


def _customers(_: Connection, found: Sequence[Any], sealer: Sealer, __: int) -> list[OutboxRow]:
    rows = []
    for row in found:
        if row.is_deleted:
            continue
        plain = sealer.open(row.sealed_claims, salt=row.salt, record_id=row.record_id, what=CLAIMS)
        told = sorted(
            (SUMMARY_ATTRIBUTES[attribute], position, value)
            for attribute, position, value, _key in json.loads(plain or "[]")
            if attribute in SUMMARY_ATTRIBUTES and value is not None
        )
        text = ", ".join(value for _, _, value in told)
        payload = {"source": row.source}
        rows.append(_row(sealer.tenant_id, "customer", row.record_id, text=text, payload=payload))
    return rows


def _row(tenant_id: str, kind: str, key: str, *, text: str, payload: dict[str, Any]) -> OutboxRow:
    return OutboxRow(tenant_id, 0, kind, key, text if text.strip() else None, payload)
