"""What an index holds: one point per (tenant, kind, key), and never by golden id.

A key is an activity id or a record id. Merges and splits change who owns a record, not the record, so
they never touch a point; whoever searches asks the ledger for the owner at answer time.

No text of a person goes into a payload: only the fields of `PAYLOAD_FIELDS` are taken over from the
outbox, whatever else stands there. (Where a source goes by mail addresses, a record id holds one, as it does
in every table; it goes with the point.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from pipelines.vectors.outbox import OutboxRow

Vectors: TypeAlias = NDArray[np.float32]
CUSTOMER = "customer"  # the kind of a point whose key is a record id
TIME = "occurred_at"
KINDS = ("activity", CUSTOMER)
Scalar: TypeAlias = str | list[str] | None

NAMESPACE = UUID("6f0f3c0e-6a0c-5b58-9f0b-1d3a7d0c4e11")  # fixed for ever: ids of points derive from it
# Field of a point: field of the outbox's payload. `kind` of a point says activity or customer.
PAYLOAD_FIELDS = {
    "source": "source",
    "record_ids": "record_ids",
    TIME: TIME,
    "activity_kind": "kind",
}


@dataclass(frozen=True, slots=True, order=True)
class PointRef:
    """The name of a point: `kind` is `activity` or `customer`, `key` an activity or record id."""

    tenant_id: str
    kind: str
    key: str

    @property
    def point_id(self) -> UUID:
        """The same id in every index and every run."""
        # Lengths, because ids may hold any character that a separator could be.
        text = f"{len(self.tenant_id)}:{self.tenant_id}{len(self.kind)}:{self.kind}{self.key}"
        return uuid5(NAMESPACE, text)


@dataclass(frozen=True, slots=True)
class IndexPoint:
    """A vector and what a search may filter by."""

    ref: PointRef
    vector: Vectors
    payload: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Hit:
    """A point that a search found; `score` is the cosine, at most 1."""

    ref: PointRef
    score: float
    source: str | None
    record_ids: tuple[str, ...]
    occurred_at: str | None


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What a hit must satisfy beside its tenant; empty means any, `since` is included, `until` is not."""

    kinds: tuple[str, ...] = ()
    activity_kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    record_ids: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def keywords(self) -> dict[str, list[str]]:
        """Return the values asked for by payload field, those that limit nothing left out."""
        asked = {
            "kind": self.kinds,
            "activity_kind": self.activity_kinds,
            "source": self.sources,
            "record_ids": self.record_ids,
        }
        return {field: list(values) for field, values in asked.items() if values}


def ref_of(row: OutboxRow) -> PointRef:
    """Return the name of the point that a row of the outbox is about."""
    return PointRef(row.tenant_id, row.kind, row.key)


def payload_of(row: OutboxRow) -> dict[str, Scalar]:
    """Return what a search may filter by; every field that is not named here stays behind."""
    payload: dict[str, Scalar] = {"tenant_id": row.tenant_id, "kind": row.kind, "key": row.key}
    if row.kind == CUSTOMER:
        payload["record_ids"] = [row.key]
    for field, stated in PAYLOAD_FIELDS.items():
        value = row.payload.get(stated)
        if isinstance(value, str):
            payload[field] = as_utc(datetime.fromisoformat(value)) if field == TIME else value
        elif isinstance(value, Sequence):
            payload[field] = [str(item) for item in value]
    return payload


def hit_of(payload: Mapping[str, object], score: float) -> Hit:
    """Return the hit that a point's payload stands for."""
    records = payload.get("record_ids")
    source, occurred_at = payload.get("source"), payload.get("occurred_at")
    return Hit(
        ref=ref_in(payload),
        score=float(score),
        source=None if source is None else str(source),
        record_ids=tuple(str(item) for item in records) if isinstance(records, list) else (),
        occurred_at=None if occurred_at is None else str(occurred_at),
    )


def ref_in(payload: Mapping[str, object]) -> PointRef:
    """Return the name of the point whose payload this is."""
    return PointRef(str(payload["tenant_id"]), str(payload["kind"]), str(payload["key"]))


def as_utc(moment: datetime) -> str:
    """Return a moment as the index compares it; one without a zone is taken as UTC."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.isoformat().replace("+00:00", "Z")
