"""Views are those of the version in force: after a publish, a decision, an undo, and one in between."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.policy.classification import classifications
from context_api.rendering.loading import facts_of
from context_api.rendering.party_views import render
from context_api.settling import Ruling, decide, undo
from context_api.store.decisions import Verdict
from context_api.store.engine import reading
from context_api.store.reading import version_at
from context_api.store.rendered_views import current_view
from context_api.store.sealing import Sealer
from pipelines import publish as publishing
from pipelines import publish_views

A, B, C, ORG = "crm:contact:1", "erp:customer:2", "itsm:requester:3", "crm:company:9"


def served(engine: Engine, sealer: Sealer, warehouse: Any) -> dict[tuple[str, str], bytes]:
    """Return every view that is served, by golden id and view."""
    rows = warehouse.rows(engine, "select distinct golden_id, view from rendered_views order by 1, 2")
    with reading(engine) as connection:
        found = {row: current_view(connection, sealer, row[0], view=row[1]) for row in rows}
    return {key: view.body for key, view in found.items() if view is not None}


def right(engine: Engine, sealer: Sealer, warehouse: Any) -> dict[tuple[str, str], bytes]:
    """Return every view as it should be: rendered afresh from the version in force."""
    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        ids = warehouse.rows(engine, "select distinct golden_id from golden_records")
        facts = list(facts_of(snapshot, [row[0] for row in ids]))
    views = (view for each in facts for view in render(each, classifications()))
    return {(view.golden_id, view.view.value): view.json.body for view in views}


def doubled(engine: Engine, warehouse: Any) -> list[tuple[Any, ...]]:
    """Return views of which two are served at once."""
    found: list[tuple[Any, ...]] = warehouse.rows(
        engine,
        "select v.golden_id, v.view from rendered_views v join tenants t on t.tenant_id = v.tenant_id"
        " where v.published_from <= t.visible_sequence"
        " and (v.published_to is null or v.published_to > t.visible_sequence)"
        " group by v.golden_id, v.view having count(*) > 1",
    )
    return found


@pytest.fixture
def store(engine: Engine, warehouse: Any, sealer: Sealer) -> Iterator[Engine]:
    warehouse.tell()
    warehouse.connection.execute(
        "insert into intermediate.int_relationships values"
        " ('r1', 'works_for', 'itsm:requester:3', 'crm:company:9', null, null, null, 'crm', null)"
    )
    warehouse.publish(engine, sealer)
    yield engine
    assert doubled(engine, warehouse) == []
    assert served(engine, sealer, warehouse) == right(engine, sealer, warehouse)


def ruling(one: str, other: str, verdict: Verdict) -> Ruling:
    return Ruling(one, other, verdict, author="ana", reason="I know them")


def test_a_publish_renders_every_party(store: Engine, sealer: Sealer, warehouse: Any) -> None:
    assert len(served(store, sealer, warehouse)) == 6


def test_a_publish_renders_again_what_changed_and_those_who_name_it(
    store: Engine, sealer: Sealer, warehouse: Any
) -> None:
    warehouse.record(C, full_name="Cleo Roe-Lee", phone="123456")

    summary = warehouse.publish(store, sealer)

    assert summary.written["rendered_views"] == 4  # the person, and the company that names her
    org = warehouse.world(store, sealer)[ORG]
    assert b"Cleo Roe-Lee" in served(store, sealer, warehouse)[org, "full"]


def test_a_publish_with_a_new_activity_renders_its_parties_only(
    store: Engine, sealer: Sealer, warehouse: Any
) -> None:
    warehouse.activity("erp:order:1", [A], title="Pumps")

    summary = warehouse.publish(store, sealer)

    assert summary.written["rendered_views"] == 2


def test_a_publish_without_change_renders_nothing(store: Engine, sealer: Sealer, warehouse: Any) -> None:
    assert warehouse.publish(store, sealer).written.get("rendered_views", 0) == 0


def test_a_decision_shows_in_the_views_at_once(store: Engine, sealer: Sealer, warehouse: Any) -> None:
    decide(store, sealer, ruling(B, C, Verdict.MATCH), now=warehouse.now)

    assert len(served(store, sealer, warehouse)) == 4


def test_a_decision_renders_what_it_touches_in_the_format_of_today(
    store: Engine, sealer: Sealer, warehouse: Any
) -> None:
    with store.begin() as connection:
        connection.exec_driver_sql("update rendered_views set format = 0")
    decided = decide(store, sealer, ruling(A, B, Verdict.NO_MATCH), now=warehouse.now)
    undo(store, sealer, decided.sequence, author="ana", reason="no", now=warehouse.now)

    shown = served(store, sealer, warehouse)

    assert {warehouse.world(store, sealer)[A]} <= {golden_id for golden_id, _ in shown}
    warehouse.publish(store, sealer)  # the others


def test_an_undone_decision_brings_the_earlier_views_back(
    store: Engine, sealer: Sealer, warehouse: Any
) -> None:
    decided = decide(store, sealer, ruling(A, B, Verdict.NO_MATCH), now=warehouse.now)
    assert len(served(store, sealer, warehouse)) == 8

    undo(store, sealer, decided.sequence, author="ana", reason="no", now=warehouse.now)

    assert len(served(store, sealer, warehouse)) == 6


@pytest.mark.parametrize("is_changed", [True, False], ids=["changed-as-well", "unchanged"])
def test_a_decision_made_during_a_publish_shows_in_the_views_after_it(
    store: Engine, sealer: Sealer, warehouse: Any, is_changed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_changed:
        warehouse.record(C, full_name="Cleo Roe-Lee", phone="123456")
    staged = publish_views.stage_views

    def decide_after_staging(*given: Any) -> Any:
        done = staged(*given)
        decide(store, sealer, ruling(B, C, Verdict.MATCH), now=warehouse.now)
        return done

    monkeypatch.setattr(publishing, "stage_views", decide_after_staging)

    warehouse.publish(store, sealer)

    assert len(served(store, sealer, warehouse)) == 4


def test_views_that_ended_are_cleared_by_the_next_publish(
    store: Engine, sealer: Sealer, warehouse: Any
) -> None:
    for name in ("One", "Two", "Three"):
        warehouse.record(C, full_name=name)
        warehouse.publish(store, sealer)

    rows = warehouse.rows(store, "select count(*) from rendered_views")

    assert rows[0][0] <= 6 + 4  # those in force, and those that the last publish ended
