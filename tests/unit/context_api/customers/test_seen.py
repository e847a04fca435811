"""What a caller sees of a value."""

import pytest

from context_api.customers.seen import Masked, seen
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
