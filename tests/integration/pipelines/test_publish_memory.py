"""What the warehouse remembers of the store is what the store holds, whoever wrote it."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.errors import ContradictoryDecision
from context_api.settling import Ruling, decide
from context_api.settling_publish import Publication
from context_api.store.decisions import Verdict
from context_api.store.sealing import Sealer
from pipelines import publish_differences as differences
from pipelines import publish_feeds as feeds
from pipelines.publish_memory import DIGEST_SQL

LATER = datetime(2026, 3, 1, tzinfo=UTC)
RECORDS = [f"crm:contact:{number}" for number in range(8)]
FEEDS = (
    feeds.PARTY_RECORDS,
    feeds.links_feed(["email"]),
    feeds.LEDGER,
    feeds.REDIRECTS,
    feeds.GOLDEN_RECORDS,
)


def held(warehouse: Any, engine: Engine, feed: feeds.Feed) -> list[tuple[Any, ...]]:
    """Return keys and digests of what the store holds of a feed."""
    keys = ", ".join(feed.keys)
    rows = warehouse.rows(engine, f"select {keys}, content_hash from {feed.table} where published_to is null")
    digest = f"select {DIGEST_SQL} from (select $1::varchar as content_hash)"
    return sorted((*row[:-1], warehouse.connection.execute(digest, [row[-1]]).fetchone()[0]) for row in rows)


def remembered(warehouse: Any, feed: feeds.Feed) -> list[tuple[Any, ...]]:
    """Return keys and digests of what is remembered of a feed."""
    keys = ", ".join(feed.keys)
    return sorted(
        warehouse.connection.execute(f"select {keys}, digest from published.{feed.table}").fetchall()
    )


def change(warehouse: Any, chance: random.Random) -> None:
    for _ in range(3):
        one, other = chance.sample(RECORDS, 2)
        warehouse.record(one, full_name=f"Name {chance.randrange(4)}", city=f"Town {chance.randrange(3)}")
        if other in warehouse.records:
            warehouse.link(one, other, chance.choice([9, 1, -9]))
    warehouse.deleted = set(chance.sample(sorted(warehouse.records), chance.randrange(3)))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_remembered_is_what_the_store_holds_after_runs_and_decisions(
    engine: Engine, warehouse: Any, sealer: Sealer, seed: int
) -> None:
    chance = random.Random(seed)
    for record in RECORDS:
        warehouse.record(record, full_name="Name 0")
    for number in range(5):
        warehouse.publish(engine, sealer)

        for feed in FEEDS:
            assert remembered(warehouse, feed) == held(warehouse, engine, feed), (number, feed.table)
        if number % 2:
            live = sorted(set(RECORDS) - warehouse.deleted)
            left, right = chance.sample(live, 2)
            verdict = chance.choice([Verdict.MATCH, Verdict.NO_MATCH])
            try:
                decide(engine, sealer, Ruling(left, right, verdict, "ana", "I know"), now=LATER)
            except ContradictoryDecision:
                continue
        change(warehouse, chance)


def test_a_decision_made_while_a_version_is_staged_is_read_from_the_store_next_time(
    engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    finish = Publication.finish

    def decided_first(publication: Publication, **given: Any) -> Any:
        decide(
            engine, sealer, Ruling("crm:contact:1", "itsm:requester:3", Verdict.MATCH, "ana", ""), now=LATER
        )
        return finish(publication, **given)

    warehouse.record("crm:company:9", "organization", organization_name="Roe Limited")
    with monkeypatch.context() as patch:
        patch.setattr(Publication, "finish", decided_first)
        warehouse.publish(engine, sealer)

    summary = warehouse.publish(engine, sealer)

    assert (summary.written, sum(summary.ended.values()), summary.is_new) == ({}, 0, False)
    membership = warehouse.connection.execute("select record_id, golden_id from resolution.golden_membership")
    assert dict(membership.fetchall()) == warehouse.world(engine, sealer)


def test_a_publish_without_change_hashes_no_party_and_makes_no_version(
    engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.tell()
    first = warehouse.publish(engine, sealer)
    compared = []
    compare = differences.compare

    def noted(connection: Any, feed: feeds.Feed) -> None:
        compared.append(feed.table)
        compare(connection, feed)

    monkeypatch.setattr("pipelines.publish_staging.compare", noted)

    summary = warehouse.publish(engine, sealer)

    assert compared == ["freshness"]  # a few rows, which any sync renews
    assert (summary.version, summary.is_new, summary.snapshot) == (first.version, False, first.snapshot)
    assert [path.name for path in first.snapshot.parent.iterdir()] == ["1.snapshot"]


def test_a_store_that_is_not_the_one_remembered_is_read_whole(
    engine: Engine, sqlite_engine: Engine, new_warehouse: Callable[[], Any], sealer: Sealer
) -> None:
    warehouse, beside = new_warehouse(), new_warehouse()
    warehouse.tell()
    warehouse.publish(engine, sealer)
    beside.record("crm:contact:1", full_name="Another Store")
    beside.now = LATER
    beside.publish(sqlite_engine, sealer)

    if engine.url != sqlite_engine.url:
        warehouse.publish(sqlite_engine, sealer)

        assert set(warehouse.world(sqlite_engine, sealer).values()) == set(
            warehouse.world(engine, sealer).values()
        )
        for feed in FEEDS:
            assert remembered(warehouse, feed) == held(warehouse, sqlite_engine, feed), feed.table
