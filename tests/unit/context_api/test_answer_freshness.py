"""How fresh a source is: its worst object speaks for it."""

from dataclasses import replace
from datetime import UTC, datetime

from context_api.answer_freshness import _told
from context_api.store.views import FreshnessView

OLD, NEW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
CONTACTS = FreshnessView(
    source="crm",
    object="contacts",
    last_synced_at=NEW,
    last_status="complete",
    last_error=None,
    proven_share=1.0,
    deletes="observed",
    checked_at=NEW,
)


def test_the_object_that_was_synced_longest_ago_speaks_for_its_source() -> None:
    deals = replace(CONTACTS, object="deals", last_synced_at=OLD, proven_share=0.9)

    assert _told([CONTACTS, deals]) == {"synced_at": OLD, "proven_share": 0.9, "deletes": "observed"}


def test_objects_that_failed_are_named_and_ways_of_deleting_are_all_told() -> None:
    deals = replace(CONTACTS, object="deals", last_error="down", deletes="not observable")

    told = _told([CONTACTS, deals])

    assert told["failing"] == ["deals"]
    assert told["deletes"] == "not observable / observed"
