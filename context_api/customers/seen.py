"""What a caller may see of a value: itself, or that it is masked."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from context_api.policy.classification import Classification, of_record_id
from context_api.rendering.masking import MASKABLE

UNESCAPED_OFFSET = re.compile(r"(T\d\d:\S*) (\d\d:?\d\d)$")
Value = TypeVar("Value")
UtcTime = Annotated[
    datetime, AfterValidator(lambda moment: moment if moment.tzinfo else moment.replace(tzinfo=UTC))
]
"""A time of an answer: what the store holds without a zone is UTC, and is told so (RFC 3339)."""


def in_utc(moment: datetime) -> datetime:
    """Return a time that a caller states, in UTC; without a zone it is meant so.

    Raises:
        ValueError: In UTC it is before the year 1 or after 9999.
    """
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("in UTC it is outside of the years 1 to 9999") from None


def with_plus(stated: object) -> object:
    """Return a time as it was meant: an offset's `+` that was not written %2B reads as a space in a query."""
    return UNESCAPED_OFFSET.sub(r"\1+\2", stated) if isinstance(stated, str) else stated


AskedTime = Annotated[datetime, BeforeValidator(with_plus), AfterValidator(in_utc)]


class Masked(BaseModel):
    """In place of a value above the caller's clearance: of which class it is."""

    masked: Annotated[str, Field(description="`pii`, `financial` or `secret`.")]


def seen(value: Value, classification: Classification, cleared: Collection[Classification]) -> Value | Masked:
    """Return a value for somebody cleared for these classes; None stays None."""
    if value is None or classification not in MASKABLE or classification in cleared:
        return value
    return Masked(masked=str(classification))


def seen_record_id(record_id: str, cleared: Collection[Classification]) -> str | Masked:
    """Return the id of a record for somebody cleared for these classes: some hold a mail address."""
    return seen(record_id, of_record_id(record_id), cleared)
