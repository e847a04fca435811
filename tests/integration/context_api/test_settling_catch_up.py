"""What decisions change while a version is staged (DESIGN.md, section 4)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.settling import Ruling, decide, undo
from context_api.settling_publish import Publication
from context_api.store.decisions import Verdict
from context_api.store.engine import reading
from context_api.store.reading import golden_record, version_at
from context_api.store.sealing import Sealer
from resolution.domain.ids import seed_id

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_decision_made_while_a_version_is_staged_counts_in_it(
    engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    warehouse.record(A, full_name="Ann Lee", email="ann@example.com", city="Basel")
    warehouse.record("crm:contact:5", full_name="Cleo Roe", phone="123456")
    warehouse.link(C, "crm:contact:5", 9)
    finish = Publication.finish

    def decided_first(publication: Publication, **given: Any) -> Any:
        decide(engine, sealer, Ruling(A, C, Verdict.MATCH, "ana", "I know"), now=LATER)
        return finish(publication, **given)

    monkeypatch.setattr(Publication, "finish", decided_first)
    summary = warehouse.publish(engine, sealer)

    assert summary.settled_again > 0
    assert set(warehouse.world(engine, sealer).values()) == {seed_id(A), seed_id(ORG)}
    with reading(engine) as connection:
        view = golden_record(version_at(connection, sealer), seed_id(A))
    assert view.record_ids == (A, "crm:contact:5", B, C)
    assert view.primary("city") == "Basel"
    membership = warehouse.connection.execute("from resolution.golden_membership").fetchall()
    assert {row[0]: row[1] for row in membership}[C] == seed_id(A)


@pytest.mark.parametrize("last_step", ["confirm", "finish"])
def test_a_decision_undone_while_a_version_is_staged_does_not_count_in_it(
    engine: Engine, warehouse: Any, sealer: Sealer, monkeypatch: pytest.MonkeyPatch, last_step: str
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    before = warehouse.world(engine, sealer)
    made = decide(engine, sealer, Ruling(A, C, Verdict.MATCH, "ana", "I know"), now=warehouse.now)
    if last_step == "finish":  # nothing that differs ends with `confirm`
        warehouse.record("crm:contact:6", full_name="Somebody New")
    end = getattr(Publication, last_step)

    def undone_first(publication: Publication, *rest: Any, **given: Any) -> Any:
        undo(engine, sealer, made.sequence, author="ana", reason="no", now=LATER)
        return end(publication, *rest, **given)

    monkeypatch.setattr(Publication, last_step, undone_first)
    warehouse.publish(engine, sealer)

    assert warehouse.world(engine, sealer) == before
