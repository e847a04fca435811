"""Who said what: GET /v1/customers/{golden_id}/records and GET /v1/records/{record_id}."""

from collections.abc import Collection
from typing import Annotated

from fastapi import Path, Request
from pydantic import BaseModel, Field

from context_api.auth import Scope
from context_api.customers.seen import Masked, UtcTime, seen, seen_record_id
from context_api.customers.standing import STANDING, GoldenId, require_current
from context_api.errors import NothingPublished, ScopeMissing, UnknownRecord
from context_api.policy.classification import Classification, Classifications, classifications
from context_api.routing import CallDep, reads, slice_router
from context_api.store.reading import entity_version_of, golden_id_of, members
from context_api.store.reading_identity import (
    DecisionView,
    LinkView,
    StatedRecord,
    Stay,
    decisions_among,
    links_among,
    stated_records,
    stays_of_records,
)
from resolution.domain.attributes import PartyType

LONGEST_RECORD_ID = 500
router = slice_router("records")


class ClaimOut(BaseModel):
    """A value that a record states."""

    attribute: str
    value: str | Masked
    position: int


class RecordOut(BaseModel):
    """A party record and what it states; nothing where it was erased."""

    record_id: str | Masked
    source: str
    object: str
    type: str
    observed_at: UtcTime | None
    synced_at: UtcTime | None
    is_deleted: bool
    is_erased: bool
    states: list[ClaimOut]


class LevelOut(BaseModel):
    """What one comparison says of a pair, in bits."""

    level: int
    weight: float


class LinkOut(BaseModel):
    """Why two records are one party, or are not, as the model sees it."""

    record_id_l: str | Masked
    record_id_r: str | Masked
    match_weight: Annotated[float, Field(description="log2 of the odds.")]
    match_probability: float
    method: str
    rule: str | None
    veto: str | None
    band: str
    evidence: dict[str, LevelOut]


class DecisionOut(BaseModel):
    """A steward's decision in force."""

    sequence: int
    record_id_l: str | Masked
    record_id_r: str | Masked
    verdict: str
    author: str
    reason: str | Masked
    decided_at: UtcTime


class RecordsOfParty(BaseModel):
    """The records of a party and why they are one: scored links among them, and decisions."""

    golden_id: str
    version: int
    records: list[RecordOut]
    links: list[LinkOut]
    decisions: list[DecisionOut]


class StayOut(BaseModel):
    """A stay of a record in a golden record; `golden_id` is null while it was in none."""

    record_id: str | Masked
    golden_id: str | None
    change: str
    cause: str
    recorded_from: UtcTime
    recorded_to: Annotated[UtcTime | None, Field(description="Null: it is there now.")]
    valid_from: Annotated[
        UtcTime | None, Field(description="Since when it is true in the world, where known.")
    ]
    version: int


class RecordThenAndNow(BaseModel):
    """A record, the golden record that it belongs to now, and those it belonged to."""

    version: int
    record: RecordOut
    golden_id: Annotated[str | None, Field(description="Null: its source deleted it.")]
    stays: list[StayOut]


@router.get(
    "/customers/{golden_id}/records",
    **reads(Scope.RECORDS_READ, view="records", problems=[NothingPublished, *STANDING]),
)
def get_records(call: CallDep, request: Request, golden_id: GoldenId) -> RecordsOfParty:
    """Tell who contributed what to a golden record, and why its records are one party."""
    with call.snapshot() as snapshot:
        require_current(snapshot, golden_id, request=request)
        ids = members(snapshot, [golden_id])
        call.saw(golden_id, entity_version_of(snapshot, golden_id), ("records",))
        cleared = call.principal.clearance
        classes = classifications()
        return RecordsOfParty(
            golden_id=golden_id,
            version=snapshot.version,
            records=[record_out(record, classes, cleared) for record in stated_records(snapshot, ids)],
            links=[_link(link, cleared) for link in links_among(snapshot, ids)],
            decisions=[_decision(decision, cleared) for decision in decisions_among(snapshot, ids)],
        )


@router.get(
    "/records/{record_id:path}",
    **reads(Scope.RECORDS_READ, view="record", problems=[NothingPublished, UnknownRecord]),
)
def get_record(
    call: CallDep,
    record_id: Annotated[
        str, Path(max_length=LONGEST_RECORD_ID, description="`source:object:id`.", examples=["crm:contact:1"])
    ],
) -> RecordThenAndNow:
    """Tell what a record states, whose it is now, and whose it was."""
    cleared = call.principal.clearance
    if isinstance(seen_record_id(record_id, cleared), Masked):  # whether it is there or not
        raise ScopeMissing(
            "this record id is a mail address; ask with a key that is cleared for `pii`",
            clearance=str(Classification.PII),
        )
    with call.snapshot() as snapshot:
        found = stated_records(snapshot, [record_id])
        if not found:
            raise UnknownRecord("no record goes by this id; a record id reads source:object:id")
        golden_id = golden_id_of(snapshot, record_id)
        if golden_id is not None:
            call.saw(golden_id, entity_version_of(snapshot, golden_id), ("record",))
        return RecordThenAndNow(
            version=snapshot.version,
            record=record_out(found[0], classifications(), cleared),
            golden_id=golden_id,
            stays=[stay_out(stay, cleared) for stay in stays_of_records(snapshot, [record_id])],
        )


def record_out(
    record: StatedRecord, classes: Classifications, cleared: Collection[Classification]
) -> RecordOut:
    """Return a record as answers tell it."""
    party_type = PartyType(record.party_type)
    return RecordOut(
        record_id=seen_record_id(record.record_id, cleared),
        source=record.source,
        object=record.object,
        type=record.party_type,
        observed_at=record.observed_at,
        synced_at=record.synced_at,
        is_deleted=record.is_deleted,
        is_erased=record.is_erased,
        states=[
            ClaimOut(
                attribute=claim.attribute,
                value=seen(claim.value, classes.of_attribute(party_type, claim.attribute), cleared),
                position=claim.position,
            )
            for claim in record.claims
        ],
    )


def stay_out(stay: Stay, cleared: Collection[Classification]) -> StayOut:
    """Return a stay as answers tell it."""
    told = {name: getattr(stay, name) for name in Stay.__slots__}
    return StayOut(**told | {"record_id": seen_record_id(stay.record_id, cleared)})


def _ends(pair: LinkView | DecisionView, cleared: Collection[Classification]) -> dict[str, str | Masked]:
    return {
        "record_id_l": seen_record_id(pair.record_id_l, cleared),
        "record_id_r": seen_record_id(pair.record_id_r, cleared),
    }


def _link(link: LinkView, cleared: Collection[Classification]) -> LinkOut:
    told = {name: getattr(link, name) for name in LinkView.__slots__} | _ends(link, cleared)
    told["evidence"] = {name: LevelOut(level=at, weight=bits) for name, (at, bits) in link.evidence.items()}
    return LinkOut(**told)


def _decision(decision: DecisionView, cleared: Collection[Classification]) -> DecisionOut:
    told = {name: getattr(decision, name) for name in DecisionView.__slots__} | _ends(decision, cleared)
    told["reason"] = seen(decision.reason, Classification.PII, cleared)
    return DecisionOut(**told)
