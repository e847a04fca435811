"""Which results are too old to be published."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, insert

from context_api.errors import StaleResult
from context_api.settling_order import Base, last_confirmed, refuse_stale
from context_api.store.engine import writing
from context_api.store.versions import Tenant, Version, VersionKind, VersionStatus

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TENANT = Tenant(tenant_id="default", visible_sequence=5, decision_sequence=0)


def note(connection: Connection, sequence: int, kind: VersionKind, status: VersionStatus) -> None:
    is_visible = status in (VersionStatus.VISIBLE, VersionStatus.SUPERSEDED)
    row = {
        "tenant_id": "default", "sequence": sequence, "kind": kind.value, "status": status.value,
        "decision_sequence": 0, "ledger_sequence": 0, "created_at": NOW,
        "visible_at": NOW if is_visible else None,
    }  # fmt: skip
    connection.execute(insert(Version), row)


def test_a_later_publish_makes_a_result_stale_and_a_later_decision_does_not(engine: Engine) -> None:
    with writing(engine) as connection:
        note(connection, 1, VersionKind.PUBLISH, VersionStatus.SUPERSEDED)
        note(connection, 5, VersionKind.DECISION, VersionStatus.VISIBLE)
        note(connection, 9, VersionKind.PUBLISH, VersionStatus.FAILED)
        refuse_stale(connection, TENANT, Base(1, 0))

        with pytest.raises(StaleResult, match="version 1 was published"):
            refuse_stale(connection, TENANT, Base(0, 0))


def test_a_publish_that_changed_nothing_counts_as_newer_too(engine: Engine) -> None:
    with writing(engine) as connection:
        note(connection, 1, VersionKind.PUBLISH, VersionStatus.VISIBLE)
        note(connection, 1_000_001, VersionKind.PUBLISH, VersionStatus.UNCHANGED)

        assert last_confirmed(connection, "default") == 1_000_001
        refuse_stale(connection, TENANT, Base(1, 0, confirmed=1_000_001))
        with pytest.raises(StaleResult):
            refuse_stale(connection, TENANT, Base(1, 0, confirmed=1))
