"""What can be a golden id."""

import pytest

from context_api.customers.standing import require_form
from context_api.errors import MalformedRequest
from resolution.domain.ids import seed_id


def test_every_seed_id_can_be_a_golden_id() -> None:
    require_form(seed_id("crm:contact:1"))


@pytest.mark.parametrize("given", ["", "g-", "g-0123456789ABCDEF0123", "g-0123456789abcdef01234", "crm:a:1"])
def test_what_cannot_be_one_is_refused_with_a_hint(given: str) -> None:
    with pytest.raises(MalformedRequest, match="/v1/search"):
        require_form(given)
