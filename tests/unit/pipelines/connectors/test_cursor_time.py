from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipelines.connectors.cursor_time import last_trusted, read_time, step_back

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "earlier"),
    [
        ("2024-05-01T00:05:00Z", "2024-04-30T23:55:00Z"),
        ("2024-05-01 00:05:00", "2024-04-30 22:55:00"),
        ("2024-05-01T00:05:00.123Z", "2024-04-30T23:55:00.123Z"),
        ("2024-05-01T00:05:00.123456+02:00", "2024-04-30T22:55:00.123456+02:00"),
        ("2024-05-01T00:05:00-05:00", "2024-04-30T22:55:00-05:00"),
        ("2024-05-01", "2024-04-30"),
        ("2024-05-01T00:05+00", "2024-04-30T23:55+00"),
        ("20240501", "20240501"),
        ("20240501T000500Z", "20240501T000500Z"),
        ("2024-W18-3", "2024-W18-3"),
        (datetime(2024, 5, 1, 0, 5), datetime(2024, 4, 30, 22, 55)),  # noqa: DTZ001
        (datetime(2024, 5, 1, 0, 5, tzinfo=UTC), datetime(2024, 4, 30, 23, 55, tzinfo=UTC)),
        (date(2024, 5, 1), date(2024, 4, 30)),
        (17, 17),
    ],
)
def test_a_cursor_steps_back_in_its_own_writing(value: Any, earlier: Any) -> None:
    assert step_back(value, timedelta(minutes=10)) == earlier


def test_a_cursor_follows_no_future_date_and_no_text() -> None:
    newest_first = ["yesterday", "2999-01-01T00:00:00Z", "2024-06-01T11:00:00Z", "2024-05-01T00:00:00Z"]

    assert last_trusted(newest_first, NOW) == "2024-06-01T11:00:00Z"
    assert last_trusted(["", None, True], NOW) is None


def test_a_number_is_trusted() -> None:
    assert last_trusted([None, 42], NOW) == 42


def test_a_time_without_zone_is_utc() -> None:
    assert read_time("2024-06-01T12:00:00") == NOW
    assert read_time("soon") is None
