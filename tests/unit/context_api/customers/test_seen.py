"""What a caller sees of a value, and how a stated time is meant."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter

from context_api.customers.seen import AskedTime, Masked, in_utc, seen
from context_api.policy.classification import Classification as C


@pytest.mark.parametrize(
    ("value", "classification", "cleared", "found"),
    [
        pytest.param("Ann", C.PII, {C.PII}, "Ann", id="cleared"),
        pytest.param("Ann", C.PII, {C.FINANCIAL}, Masked(masked="pii"), id="cleared-for-something-else"),
        pytest.param("Ann", C.SECRET, {C.PII, C.FINANCIAL}, Masked(masked="secret"), id="secret"),
        pytest.param("crm", C.INTERNAL, set(), "crm", id="internal-is-for-every-key"),
        pytest.param(None, C.PII, set(), None, id="nothing-to-hide"),
    ],
)
def test_a_value_above_the_clearance_is_masked(
    value: str | None, classification: C, cleared: set[C], found: object
) -> None:
    assert seen(value, classification, cleared) == found


def test_a_stated_time_is_in_utc() -> None:
    east = timezone(timedelta(hours=2))

    assert in_utc(datetime(2026, 1, 1, 2, tzinfo=east)) == datetime(2026, 1, 1, tzinfo=UTC)
    assert in_utc(datetime(2026, 1, 1)).tzinfo is UTC  # noqa: DTZ001


@pytest.mark.parametrize("hours", [14, -12])
def test_a_time_that_utc_cannot_hold_is_refused(hours: int) -> None:
    edge = datetime.min if hours > 0 else datetime.max  # noqa: DTZ901

    with pytest.raises(ValueError, match="years 1 to 9999"):
        in_utc(edge.replace(tzinfo=timezone(timedelta(hours=hours))))


@pytest.mark.parametrize(
    "stated",
    ["2026-01-01T02:00:00+02:00", "2026-01-01T02:00:00 02:00", "2026-01-01T02:00 0200", "2026-01-01 00:00"],
)
def test_an_offset_is_understood_where_its_plus_became_a_space_in_the_address(stated: str) -> None:
    assert TypeAdapter(AskedTime).validate_python(stated) == datetime(2026, 1, 1, tzinfo=UTC)
