"""What parties are called: enough of each to tell it from others in a list."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, select

from context_api.store.bulk import chunked
from context_api.store.golden_records import GoldenRecord, GoldenValue
from context_api.store.ranges import in_version
from context_api.store.records import RecordKey
from context_api.store.sealing import VALUE
from context_api.store.views import Snapshot

NAMES = ("organization_name", "full_name")
DETAILS = ("city", "employer", "email", "phone")


@dataclass(frozen=True, slots=True)
class Heading:
    """A party in a line; `name` is None where it states none, or where it is erased."""

    golden_id: str
    party_type: str
    records: int
    name: str | None
    details: tuple[str, ...]


def headings(snapshot: Snapshot, golden_ids: Iterable[str]) -> dict[str, Heading]:
    """Return the heading of each of these golden ids that is in force."""
    asked = sorted(set(golden_ids))
    values = _primary_values(snapshot, asked)
    found: dict[str, Heading] = {}
    for chunk in chunked(asked):
        rows = snapshot.connection.execute(
            select(GoldenRecord.golden_id, GoldenRecord.party_type, GoldenRecord.size).where(
                in_version(GoldenRecord, snapshot.tenant_id, snapshot.version),
                col(GoldenRecord.golden_id).in_(chunk),
            )
        )
        for row in rows:
            stated = values[row.golden_id]
            found[row.golden_id] = Heading(
                golden_id=row.golden_id,
                party_type=row.party_type,
                records=row.size,
                name=next((stated[name] for name in NAMES if name in stated), None),
                details=tuple(stated[detail] for detail in DETAILS if detail in stated),
            )
    return found


def _primary_values(snapshot: Snapshot, golden_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    stated: dict[str, dict[str, str]] = defaultdict(dict)
    for chunk in chunked(golden_ids):
        rows = snapshot.connection.execute(
            select(
                GoldenValue.golden_id,
                GoldenValue.attribute,
                GoldenValue.record_id,
                GoldenValue.sealed_value,
                RecordKey.salt,
            )  # type: ignore[call-overload]  # SQLModel types four columns at most
            .join(
                GoldenRecord,
                (col(GoldenRecord.tenant_id) == GoldenValue.tenant_id)
                & (col(GoldenRecord.golden_id) == GoldenValue.golden_id)
                & (col(GoldenRecord.entity_version) == GoldenValue.entity_version),
            )
            .outerjoin(
                RecordKey,
                (col(RecordKey.tenant_id) == GoldenValue.tenant_id)
                & (col(RecordKey.record_id) == GoldenValue.record_id),
            )
            .where(in_version(GoldenRecord, snapshot.tenant_id, snapshot.version))
            .where(col(GoldenValue.golden_id).in_(chunk))
            .where(col(GoldenValue.attribute).in_((*NAMES, *DETAILS)), GoldenValue.position == 0)
        )
        for row in rows:
            value = snapshot.sealer.open(
                row.sealed_value, salt=row.salt, record_id=row.record_id, what=f"{VALUE}:{row.attribute}"
            )
            if value is not None:
                stated[row.golden_id][row.attribute] = value
    return stated
