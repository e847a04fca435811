"""How a party looks in the OpenAPI document; the answers themselves are stored bytes."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from context_api.customers.live_part import LiveOut
from context_api.customers.seen import Masked

Text = str | Masked | None


class ValueOut(BaseModel):
    """A value with its provenance."""

    value: Text
    source: str
    record_id: str | Masked
    observed_at: datetime | None
    rule: Annotated[str, Field(description="The survivorship rule that chose it.")]
    confidence: float
    support: Annotated[int, Field(description="Records that state it.")]
    claiming: Annotated[int, Field(description="Records that state any value of the attribute.")]


class PrimaryValueOut(BaseModel):
    """The primary value of an attribute, in a summary."""

    value: Text
    source: str
    observed_at: datetime | None


class ConflictOut(ValueOut):
    """A live value that the rule did not choose."""

    attribute: str


class RelatedOut(BaseModel):
    """Another party that this one has to do with."""

    golden_id: str
    name: Text = None
    kind: str
    direction: Annotated[str, Field(description="`outgoing`: this party is the subject of the kind.")]
    roles: list[str] = []
    since: datetime | None = None
    until: datetime | None = None
    sources: list[str]


class RelationshipsOut(BaseModel):
    """People and organisations around a party."""

    counts: dict[str, int]
    people: list[RelatedOut]
    organizations: list[RelatedOut]
    more: str


class DoingOut(BaseModel):
    """An activity in short; what it does not state is left out."""

    activity_id: str
    kind: str
    source: str
    at: datetime | None = None
    title: Text = None
    status: str | None = None
    priority: str | None = None
    terms: Text = None
    amount_cents: int | Masked | None = None
    currency: str | Masked | None = None
    due_at: datetime | Masked | None = None
    due_cents: int | Masked | None = None
    belongs_to: str | None = None


class HistoryOut(BaseModel):
    """What happened, in short."""

    count: int
    by_kind: dict[str, int]
    first_at: datetime | None
    last_at: datetime | None
    by_quarter: dict[str, int]
    newest: list[DoingOut]
    more: str


class OpenOut(BaseModel):
    """What is open of one kind: how many, and the newest ten."""

    count: int
    items: list[DoingOut]
    due_cents: Annotated[dict[str, Any] | None, Field(description="By currency; or `masked`.")] = None


class ProcessOut(BaseModel):
    """What is still going on."""

    open_orders: OpenOut
    open_deals: OpenOut
    deals_with_terms: OpenOut
    open_tickets: OpenOut
    invoices_due: OpenOut
    open_purchase_orders: OpenOut | None = None
    supplier_invoices_due: OpenOut | None = None


class RecordsOut(BaseModel):
    """Which sources know the party."""

    count: int
    by_source: dict[str, int]
    more: str


class SourceFreshnessOut(BaseModel):
    """How fresh a source is: its object that was synced longest ago speaks for it."""

    synced_at: datetime | None
    proven_share: float | None
    deletes: str | None
    failing: Annotated[list[str], Field(description="Objects whose last sync failed.")] = []


class OpenCounts(BaseModel):
    """How much is open."""

    orders: int
    deals: int
    tickets: int
    invoices: int


class LastActivity(BaseModel):
    """What happened last."""

    kind: str
    at: datetime


class CustomerOut(BaseModel):
    """A party. `detail=full` has every part, `include` some; `detail=summary` counts in place of lists."""

    golden_id: str
    type: str
    name: Text
    entity_version: int
    entity: dict[str, list[ValueOut] | PrimaryValueOut] | None = None
    conflicts: list[ConflictOut] | int | None = None
    relationships: RelationshipsOut | None = None
    history: HistoryOut | None = None
    process: ProcessOut | None = None
    records: RecordsOut | int | None = None
    related: int | None = None
    open: OpenCounts | None = None
    activities: int | None = None
    last_activity: LastActivity | None = None
    more: str | None = None
    untrusted: str
    version: int
    freshness: dict[str, SourceFreshnessOut]
    as_of: datetime | None = None
    live: Annotated[dict[str, LiveOut] | None, Field(description="By source, where it was asked for.")] = None
