"""What a caller may see of a value, and how times are meant and told."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from context_api.customers.seen import Masked, in_utc, seen
from context_api.policy.classification import Classification

PII, FINANCIAL = Classification.PII, Classification.FINANCIAL


@pytest.mark.parametrize(
    ("value", "classification", "told"),
    [
        pytest.param("Ann", PII, "Ann", id="cleared"),
        pytest.param(100, FINANCIAL, Masked(masked="financial"), id="not-cleared"),
        pytest.param("open", Classification.INTERNAL, "open", id="for-everybody"),
        pytest.param(None, FINANCIAL, None, id="nothing-to-hide"),
    ],
)
def test_a_value_is_told_by_its_class(value: object, classification: Classification, told: object) -> None:
    assert seen(value, classification, {PII}) == told


def test_a_stated_time_is_in_utc() -> None:
    east = timezone(timedelta(hours=2))

    assert in_utc(datetime(2026, 1, 1, 2, tzinfo=east)) == datetime(2026, 1, 1, tzinfo=UTC)
    assert in_utc(datetime(2026, 1, 1)).tzinfo is UTC  # noqa: DTZ001


@pytest.mark.parametrize("hours", [14, -12])
def test_a_time_that_utc_cannot_hold_is_refused(hours: int) -> None:
    edge = datetime.min if hours > 0 else datetime.max  # noqa: DTZ901

    with pytest.raises(ValueError, match="years 1 to 9999"):
        in_utc(edge.replace(tzinfo=timezone(timedelta(hours=hours))))
