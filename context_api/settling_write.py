"""Writing what a settled component changes: ledger rows, redirects, golden records; nothing that is equal.

Part of `settling`. Rows that end are given the version at which they end, new ones the version from which
they count, so that readers of other versions see none of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, update
from sqlmodel import SQLModel, col, select

from context_api.content_hashes import golden_hash, ledger_hash, redirect_hash
from context_api.settling_small import Outcome
from context_api.store.bulk import chunked
from context_api.store.components import StoredComponent
from context_api.store.golden_records import Conflict, GoldenRecord, GoldenValue
from context_api.store.identities import LedgerEntry, RedirectEntry
from context_api.store.ranges import in_version
from context_api.store.sealing import VALUE, Sealer
from resolution.domain import golden
from resolution.domain.ids import seed_id
from resolution.domain.ledger import Change, LedgerRow, Redirect


@dataclass(frozen=True, slots=True)
class Writing:
    """Where to write: the transaction, the tenant, the version that is made; and for whom it is sealed."""

    connection: Connection
    tenant_id: str
    version: int
    sealer: Sealer
    valid_from: datetime | None = None  # since when a decision is true in the world


def write_outcome(writing: Writing, component: StoredComponent, outcome: Outcome) -> frozenset[str]:
    """Write what changed and return the golden ids whose golden records did."""
    _write_ledger(writing, component, outcome)
    _write_redirects(writing, component, outcome)
    return _write_golden_records(writing, component, outcome)


def _write_ledger(writing: Writing, component: StoredComponent, outcome: Outcome) -> None:
    before, after = component.ledger.rows, outcome.ledger.rows
    for former, now in zip(before, after, strict=False):
        if former.valid_to is None and now.valid_to is not None:
            _end(writing, LedgerEntry, {"record_id": now.record_id}, recorded_to=now.valid_to)
    opened = [row for row in after[len(before) :] if row.valid_to is None]
    if opened:
        rows = [_ledger_values(writing, row) for row in opened]
        writing.connection.execute(insert(LedgerEntry), rows)


def _ledger_values(writing: Writing, row: LedgerRow) -> dict[str, Any]:
    is_known = row.change in (Change.MERGED, Change.SPLIT)
    return {
        "tenant_id": writing.tenant_id,
        "record_id": row.record_id,
        "published_from": writing.version,
        "content_hash": ledger_hash(row),
        "golden_id": row.golden_id,
        "change": str(row.change),
        "cause": row.cause,
        "heir": row.heir,
        "recorded_from": row.valid_from.replace(tzinfo=UTC),
        "valid_from": writing.valid_from if is_known else None,
    }


def _write_redirects(writing: Writing, component: StoredComponent, outcome: Outcome) -> None:
    before, after = component.ledger.redirects, outcome.ledger.redirects
    for former, now in zip(before, after, strict=False):
        if former.valid_to is None and now.valid_to is not None:
            _end(writing, RedirectEntry, {"golden_id_from": now.golden_id_from}, recorded_to=now.valid_to)
    opened = [redirect for redirect in after[len(before) :] if redirect.valid_to is None]
    if opened:
        writing.connection.execute(insert(RedirectEntry), [_redirect_values(writing, r) for r in opened])


def _redirect_values(writing: Writing, redirect: Redirect) -> dict[str, Any]:
    return {
        "tenant_id": writing.tenant_id,
        "golden_id_from": redirect.golden_id_from,
        "published_from": writing.version,
        "content_hash": redirect_hash(redirect),
        "golden_id_to": redirect.golden_id_to,
        "cause": redirect.cause,
        "recorded_from": redirect.valid_from.replace(tzinfo=UTC),
    }


def _end(
    writing: Writing, table: Any, key: Mapping[str, str], *, recorded_to: datetime | None = None
) -> None:
    """End the row of a key that is current in the version before."""
    values: dict[str, Any] = {"published_to": writing.version}
    if recorded_to is not None:
        values["recorded_to"] = recorded_to.replace(tzinfo=UTC)
    conditions = [getattr(table, name) == value for name, value in key.items()]
    writing.connection.execute(
        update(table)
        .where(in_version(table, writing.tenant_id, writing.version), *conditions)
        .where(table.published_from < writing.version)
        .values(**values)
    )


def _write_golden_records(writing: Writing, component: StoredComponent, outcome: Outcome) -> frozenset[str]:
    touched = {row.golden_id for row in component.ledger.rows if row.golden_id is not None}
    touched |= outcome.members.keys() | {seed_id(record) for record in component.records}
    heads, latest = _heads(writing, touched)
    changed: set[str] = set()
    for golden_id in sorted(touched):
        members = outcome.members.get(golden_id)
        found = None if members is None else _hash_of(outcome, golden_id)
        if found == heads.get(golden_id):
            continue
        changed.add(golden_id)
        if golden_id in heads:
            _end(writing, GoldenRecord, {"golden_id": golden_id})
        if found is not None:
            _insert_golden(writing, component, outcome, head=(golden_id, found, latest.get(golden_id, 0) + 1))
    return frozenset(changed)


def _hash_of(outcome: Outcome, golden_id: str) -> str:
    survivors = outcome.survivors[golden_id]
    return golden_hash(
        outcome.party_types[golden_id],
        outcome.members[golden_id],
        values=survivors.values,
        conflicts=survivors.conflicts,
    )


def _heads(writing: Writing, golden_ids: Iterable[str]) -> tuple[dict[str, str], dict[str, int]]:
    """Return the hash of each golden record that stands, and the last entity version of each id."""
    heads: dict[str, str] = {}
    latest: dict[str, int] = {}
    for chunk in chunked(golden_ids):
        named = col(GoldenRecord.golden_id).in_(chunk)
        current = select(GoldenRecord.golden_id, GoldenRecord.content_hash).where(
            in_version(GoldenRecord, writing.tenant_id, writing.version), named
        )
        heads |= {row.golden_id: row.content_hash for row in writing.connection.execute(current)}
        highest = (
            select(GoldenRecord.golden_id, func.max(GoldenRecord.entity_version))
            .where(GoldenRecord.tenant_id == writing.tenant_id, named)
            .group_by(col(GoldenRecord.golden_id))
        )
        latest |= {row[0]: row[1] for row in writing.connection.execute(highest)}
    return heads, latest


def _insert_golden(
    writing: Writing, component: StoredComponent, outcome: Outcome, *, head: tuple[str, str, int]
) -> None:
    golden_id, content_hash, entity_version = head
    key = {"tenant_id": writing.tenant_id, "golden_id": golden_id, "entity_version": entity_version}
    writing.connection.execute(
        insert(GoldenRecord),
        key
        | {
            "published_from": writing.version,
            "content_hash": content_hash,
            "party_type": outcome.party_types[golden_id].value,
            "size": len(outcome.members[golden_id]),
        },
    )
    survivors = outcome.survivors[golden_id]
    values = [
        key | {"attribute": v.attribute, "position": v.position} | _stated(writing, component, v)
        for v in survivors.values
    ]
    conflicts = [
        key | {"attribute": c.attribute, "position": position} | _stated(writing, component, c)
        for position, c in _numbered(survivors.conflicts)
    ]
    _insert(writing, GoldenValue, values)
    _insert(writing, Conflict, conflicts)


def _insert(writing: Writing, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        writing.connection.execute(insert(table), rows)


def _numbered(conflicts: Iterable[golden.Conflict]) -> Iterable[tuple[int, golden.Conflict]]:
    """Yield the conflicts of a golden record, numbered within each attribute in the order of keys."""
    seen: dict[str, int] = {}
    for conflict in conflicts:
        number = seen.get(conflict.attribute, 0)
        seen[conflict.attribute] = number + 1
        yield number, conflict


def _stated(
    writing: Writing, component: StoredComponent, said: golden.GoldenValue | golden.Conflict
) -> dict[str, Any]:
    record = component.records[said.record_id]
    if record.salt is None:  # an erased record states nothing
        raise AssertionError(f"{said.record_id} is erased and still states {said.attribute}")
    return {
        "sealed_value": writing.sealer.seal(
            said.value, salt=record.salt, record_id=said.record_id, what=f"{VALUE}:{said.attribute}"
        ),
        "record_id": said.record_id,
        "source": said.source,
        "observed_at": None if said.observed_at is None else said.observed_at.replace(tzinfo=UTC),
        "synced_at": record.synced_at,
        "rule": said.rule,
        "support": said.support,
        "claiming": said.claiming,
        "confidence": said.confidence,
    }


def drop_staged(writing: Writing, component: StoredComponent) -> None:
    """Take back what a version staged for the records of a component, so that it can be settled again."""
    records = {*component.records, *(row.record_id for row in component.ledger.rows)}
    golden_ids = {seed_id(record) for record in records}
    for table, key, values in (
        (LedgerEntry, "record_id", records),
        (RedirectEntry, "golden_id_from", golden_ids),
        (GoldenRecord, "golden_id", golden_ids),
    ):
        for chunk in chunked(values):
            _take_back(writing, table, key, chunk)


def _take_back(writing: Writing, table: Any, key: str, chunk: Sequence[str]) -> None:
    named = (table.tenant_id == writing.tenant_id, getattr(table, key).in_(chunk))
    staged = (*named, table.published_from == writing.version)
    if table is GoldenRecord:
        heads = select(GoldenRecord.golden_id, GoldenRecord.entity_version).where(*staged)
        for golden_id, entity_version in writing.connection.execute(heads).all():
            _drop_stated(writing, golden_id, entity_version)
    _delete(writing.connection, table, *staged)
    reopened: dict[str, Any] = {"published_to": None}
    if table is not GoldenRecord:
        reopened["recorded_to"] = None
    ended = update(table).where(*named, table.published_to == writing.version)
    writing.connection.execute(ended.values(**reopened))


def _drop_stated(writing: Writing, golden_id: str, entity_version: int) -> None:
    for table in (GoldenValue, Conflict):
        _delete(
            writing.connection,
            table,
            col(table.tenant_id) == writing.tenant_id,
            col(table.golden_id) == golden_id,
            col(table.entity_version) == entity_version,
        )


def _delete(connection: Connection, table: Any, *conditions: Any) -> None:
    connection.execute(table.__table__.delete().where(*conditions))
