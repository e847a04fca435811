"""Timeline, relationships and freshness of a party."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from context_api.settling import Ruling, decide
from context_api.store.decisions import Verdict
from context_api.store.engine import reading
from context_api.store.reading import freshness, records, version_at
from context_api.store.reading_relationships import relationships
from context_api.store.reading_timeline import Window, happenings
from context_api.store.sealing import Sealer
from resolution.domain.ids import seed_id

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"
ORG = "crm:company:9"
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def test_history_follows_the_records_a_party_has_now(engine: Engine, warehouse: Any, sealer: Sealer) -> None:
    warehouse.tell()
    warehouse.activity("erp:order:1", [B], at=datetime(2025, 1, 1), title="first")  # noqa: DTZ001
    warehouse.activity("erp:order:2", [C], at=datetime(2025, 2, 1), title="second")  # noqa: DTZ001
    warehouse.connection.execute(
        "insert into intermediate.int_relationships values"
        f" ('r1', 'works_for', '{C}', '{ORG}', 'buyer', null, null, 'crm', null)"
    )
    warehouse.connection.execute(
        "insert into sync.loads values ('l', 'erp', 'orders', timestamp '2026-01-01', timestamp '2026-01-01',"
        " 1, 1, 1, 0, 0, 'complete', null)"
    )
    warehouse.publish(engine, sealer)
    decide(engine, sealer, Ruling(A, C, Verdict.MATCH, "ana", "I know"), now=LATER)

    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        happened = happenings(snapshot, seed_id(A), Window(), limit=9)
        assert [activity.title for activity in happened] == ["second", "first"]
        (edge,) = relationships(snapshot, seed_id(A))
        assert (edge.kind, edge.golden_id, edge.role) == ("works_for", seed_id(ORG), "buyer")
        assert [(f.source, f.last_status) for f in freshness(snapshot)] == [("erp", "complete")]
        assert [(r.record_id, r.change) for r in records(snapshot, seed_id(A))] == [
            (A, "new"),
            (B, "new"),
            (C, "merged"),
        ]
