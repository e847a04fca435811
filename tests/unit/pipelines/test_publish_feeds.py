"""Feeds fit the tables they are written to."""

import pytest

from context_api.store.tables import metadata
from pipelines import publish_feeds as feeds

SEALED = {"salt", "claims", "texts"}
FEEDS = [
    feeds.PARTY_RECORDS, feeds.LEDGER, feeds.REDIRECTS, feeds.GOLDEN_RECORDS, feeds.ACTIVITIES,
    feeds.ACTIVITY_PARTIES, feeds.RELATIONSHIPS, feeds.FRESHNESS, feeds.links_feed(["email"]),
]  # fmt: skip


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.table)
def test_a_feed_gives_every_column_that_must_be_there(feed: feeds.Feed) -> None:
    table = metadata().tables[feed.table]
    given = set(feed.columns) - SEALED
    needed = {c.name for c in table.columns if not c.nullable and not c.name.startswith("sealed_")}

    assert given <= set(table.columns.keys())
    assert needed - given == {"tenant_id", "published_from"}


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.table)
def test_the_keys_of_a_feed_are_those_of_its_table(feed: feeds.Feed) -> None:
    key = [column.name for column in metadata().tables[feed.table].primary_key]

    assert key == ["tenant_id", *feed.keys, "published_from"]
