"""What readers get: golden records, records, activities, relationships, as one version states them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from context_api.store.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A version to read, when it became visible, and whose values can be opened."""

    connection: Connection
    sealer: Sealer
    version: int
    visible_at: datetime

    @property
    def tenant_id(self) -> str:
        """Return the tenant that everything read belongs to."""
        return self.sealer.tenant_id


@dataclass(frozen=True, slots=True)
class StatedValue:
    """A value of a golden record, or one that disagrees; `value` is None when its record is erased."""

    attribute: str
    position: int
    value: str | None
    record_id: str
    source: str
    observed_at: datetime | None
    synced_at: datetime | None
    rule: str
    support: int
    claiming: int
    confidence: float


@dataclass(frozen=True, slots=True)
class GoldenView:
    """A golden record with its members, values and conflicts, as one version states it."""

    golden_id: str
    entity_version: int
    version: int
    party_type: str
    record_ids: tuple[str, ...]
    values: tuple[StatedValue, ...]
    conflicts: tuple[StatedValue, ...]

    def primary(self, *attributes: str) -> str | None:
        """Return the primary value of the first of these attributes that has one."""
        chosen = {v.attribute: v.value for v in self.values if v.position == 0 and v.value is not None}
        return next((chosen[attribute] for attribute in attributes if attribute in chosen), None)


@dataclass(frozen=True, slots=True)
class RecordView:
    """A party record of a golden record, and how it came to be there."""

    record_id: str
    source: str
    object: str
    observed_at: datetime | None
    synced_at: datetime | None
    change: str
    cause: str
    recorded_from: datetime


@dataclass(frozen=True, slots=True)
class RelationshipView:
    """An edge from or to the party; `golden_id` is who stands at the other end."""

    kind: str
    is_outgoing: bool
    golden_id: str | None
    record_id: str
    role: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    source: str


class Resolution(StrEnum):
    """What became of a golden id."""

    CURRENT = "current"
    REDIRECTED = "redirected"  # its party is now part of another golden record
    SPLIT = "split"  # its records are in several golden records, none of which carries it
    GONE = "gone"  # all its records were deleted at their sources
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ResolvedId:
    """What a golden id stands for: one golden id, or the parts it was split into.

    `parts` also names where records went that once were in it while the id itself stays.
    """

    status: Resolution
    golden_id: str | None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FreshnessView:
    """How old what we know of an object of a source is, and how much of it is proven whole."""

    source: str
    object: str
    last_synced_at: datetime | None
    last_status: str | None
    last_error: str | None
    proven_share: float | None
    deletes: str | None
    checked_at: datetime | None
