"""Writing an outcome touches what changed and nothing else."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from context_api.settling import Ruling, decide, undo
from context_api.store.decisions import Verdict
from context_api.store.engine import reading
from context_api.store.reading import golden_record, version_at
from context_api.store.sealing import Sealer
from resolution.domain.ids import seed_id

A, C = "crm:contact:1", "itsm:requester:3"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_confirming_decision_writes_no_golden_record(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)

    decided = decide(engine, sealer, Ruling(A, C, Verdict.NO_MATCH, "ana", "two people"), now=NOW)

    assert decided.golden_ids == frozenset()
    assert warehouse.rows(engine, "select max(entity_version) from golden_records") == [(1,)]


def test_an_entity_version_never_repeats_when_a_golden_record_comes_back(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    made = decide(engine, sealer, Ruling(A, C, Verdict.MATCH, "ana", "one"), now=NOW)
    undo(engine, sealer, made.sequence, author="ana", reason="no", now=NOW)

    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        versions = [golden_record(snapshot, seed_id(record)).entity_version for record in (A, C)]
    history = "select golden_id, entity_version from golden_records"

    assert versions == [3, 2]
    assert len(set(warehouse.rows(engine, history))) == len(warehouse.rows(engine, history))
