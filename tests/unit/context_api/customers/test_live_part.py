"""What JSON can hold of a source's values; live reads as a whole: tests/integration/context_api."""

from datetime import date
from decimal import Decimal

import pytest

from context_api.customers.live_part import LONGEST_VALUE, _plain


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param(None, None, id="nothing"),
        pytest.param(True, True, id="a-truth"),
        pytest.param(7, 7, id="a-number"),
        pytest.param(2**70, str(2**70), id="a-number-too-large-for-json"),
        pytest.param(Decimal("1.10"), "1.10", id="an-exact-number"),
        pytest.param(date(2026, 1, 9), "2026-01-09", id="a-day"),
        pytest.param("a\udcffb", "a?b", id="bytes-that-are-no-text"),
        pytest.param("x" * 9_000, "x" * LONGEST_VALUE, id="a-long-text"),
    ],
)
def test_a_value_is_told_as_json_can_hold_it(value: object, told: object) -> None:
    assert _plain(value) == told
