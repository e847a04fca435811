"""What is known of one party, as a view needs it: plain values, whoever loaded them.

Facts are loaded in two ways, from the store for a few parties (`loading`) and from the warehouse for many
(`pipelines.publish_views`); equal facts give equal bytes, so the two must only agree on these values. Times
are UTC without a zone; a value, name or title is None where its record was erased.
"""

from dataclasses import dataclass
from datetime import datetime

from resolution.domain.attributes import PartyType


@dataclass(frozen=True, slots=True)
class Claim:
    """A value of the golden record, or one that disagrees with it."""

    attribute: str
    position: int
    value: str | None
    record_id: str
    source: str
    observed_at: datetime | None
    rule: str
    confidence: float
    support: int
    claiming: int


@dataclass(frozen=True, slots=True)
class Edge:
    """One stated relationship with a party that is somebody today."""

    kind: str
    is_outgoing: bool
    golden_id: str
    name: str | None
    party_type: PartyType
    role: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class Doing:
    """An activity of the party, without its body."""

    activity_id: str
    kind: str
    source: str
    occurred_at: datetime | None
    status: str | None = None
    title: str | None = None
    terms: str | None = None
    amount_cents: int | None = None
    currency: str | None = None
    due_at: datetime | None = None
    priority: str | None = None
    references_activity_id: str | None = None


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """Everything that the views of a party show.

    Values are ordered by attribute and position, conflicts likewise; records, edges and activities may come
    in any order.
    """

    golden_id: str
    entity_version: int
    party_type: PartyType
    records: tuple[tuple[str, str], ...]  # record id, source
    values: tuple[Claim, ...]
    conflicts: tuple[Claim, ...]
    edges: tuple[Edge, ...]
    activities: tuple[Doing, ...]

    @property
    def name(self) -> str | None:
        """Return what the party is called."""
        attribute = NAME_ATTRIBUTE[self.party_type]
        return next((v.value for v in self.values if v.attribute == attribute and v.position == 0), None)


# What a party is called by; on a person's record `organization_name` would be an employer.
NAME_ATTRIBUTE = {PartyType.PERSON: "full_name", PartyType.ORGANIZATION: "organization_name"}
