"""The part of an answer that was read live (`?live=itsm`): from the source or, in its place, the store."""

from collections.abc import Collection, Sequence
from typing import Annotated

import anyio.from_thread
from pydantic import BaseModel, Field

from context_api.auth import Scope
from context_api.customers.seen import Masked, UtcTime, seen, seen_record_id
from context_api.errors import ScopeMissing
from context_api.live import LiveAnswer, LiveStatus
from context_api.policy.classification import Classification, Classifications, classifications
from context_api.routing import Call
from context_api.store.reading_identity import StatedRecord
from resolution.domain.attributes import PartyType

MOST_SOURCES = 5
MOST_RECORDS = 50  # asked of one source for one party
LONGEST_VALUE = 2_000
Value = str | int | float | bool | Masked | None


class LiveRecordOut(BaseModel):
    """A record as the source has it now, or as it was stored."""

    record_id: str | Masked
    read_at: UtcTime | None
    values: dict[str, Value]


class LiveOut(BaseModel):
    """How the live read of one source went; `stale`: what is stored stands in."""

    status: LiveStatus
    read_at: Annotated[UtcTime | None, Field(description="When the oldest of the records was read.")]
    reason: str | None = None
    records: list[LiveRecordOut]


def require_live(call: Call, names: Sequence[str]) -> None:
    """Refuse a live read that the caller may not have, or of sources that cannot be asked.

    Raises:
        ScopeMissing: The key may not read records.
        MalformedRequest: A source is not among those that can be asked.
    """
    if Scope.RECORDS_READ not in call.principal.scopes:
        raise ScopeMissing(
            "live reads need the scope records:read; ask for a key that has it", scope=str(Scope.RECORDS_READ)
        )
    call.serving.live.require(call.principal.tenant_id, names)


def live_part(call: Call, names: Sequence[str], stored: Sequence[StatedRecord]) -> dict[str, LiveOut]:
    """Return what each source says of a party's records, masked; from a thread of the application only."""
    of_source = {
        name: [record for record in stored if record.source == name][:MOST_RECORDS]
        for name in dict.fromkeys(names)
    }
    asked = {name: [record.record_id for record in records] for name, records in of_source.items()}
    answers = anyio.from_thread.run(call.serving.live.ask, asked)
    return {name: _told(answers[name], of_source[name], call.principal.clearance) for name in of_source}


def _told(answer: LiveAnswer, stored: Sequence[StatedRecord], cleared: Collection[Classification]) -> LiveOut:
    classes = classifications()
    if answer.status is LiveStatus.FRESH:
        records = [
            LiveRecordOut(
                record_id=seen_record_id(record.record_id, cleared),
                read_at=record.read_at,
                values={
                    name: seen(_plain(value), classes.of_live_field(name), cleared)
                    for name, value in record.values.items()
                },
            )
            for record in answer.records
        ]
    else:
        records = [_as_stored(record, classes, cleared) for record in stored]
    read = [record.read_at for record in records if record.read_at is not None]
    return LiveOut(
        status=answer.status, read_at=min(read, default=None), reason=answer.reason, records=records
    )


def _as_stored(
    record: StatedRecord, classes: Classifications, cleared: Collection[Classification]
) -> LiveRecordOut:
    party_type = PartyType(record.party_type)
    return LiveRecordOut(
        record_id=seen_record_id(record.record_id, cleared),
        read_at=record.synced_at,
        values={
            claim.attribute: seen(claim.value, classes.of_attribute(party_type, claim.attribute), cleared)
            for claim in reversed(record.claims)  # the first of several values stays
        },
    )


def _plain(value: object) -> str | int | float | bool | None:
    """Return what JSON can hold of a value of a source."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    return str(value).encode("utf-8", "replace").decode()[:LONGEST_VALUE]
