"""The documented shape of a party holds what views hold, masked and not."""

import orjson
from known_party import company

from context_api.customers.customer_schema import CustomerOut
from context_api.policy.classification import classifications
from context_api.rendering.masking import masked
from context_api.rendering.party_views import render


def test_every_view_is_of_the_documented_shape_whatever_is_masked() -> None:
    for view in render(company(), classifications()):
        for cleared in ((), tuple(classifications().columns.values())):
            shown = orjson.loads(masked(view.json, cleared)) | {"version": 1, "freshness": {}}

            told = CustomerOut(**shown).model_dump(mode="json", exclude_unset=True)

            assert told.keys() == shown.keys()
