"""A component is everything that joining links, matches and shared golden records tie together."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.settling import Ruling, decide
from context_api.store.components import ComponentTooLarge, load_component
from context_api.store.decisions import Verdict
from context_api.store.engine import reading
from context_api.store.reading import version_at
from context_api.store.sealing import Sealer

A, B, C = "crm:contact:1", "erp:customer:2", "itsm:requester:3"


def test_a_component_follows_links_and_matches_and_stops_where_they_end(
    sqlite_engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.publish(sqlite_engine, sealer)
    now = datetime(2026, 3, 1, tzinfo=UTC)

    def component_of(record: str, most: int | None = None) -> set[str]:
        with reading(sqlite_engine) as connection:
            version = version_at(connection, sealer).version
            return set(
                load_component(connection, "default", version=version, start=[record], most=most).records
            )

    assert component_of(A) == {A, B}
    decide(sqlite_engine, sealer, Ruling(A, C, Verdict.MATCH, "ana", "I know"), now=now)
    assert component_of(B) == {A, B, C}
    with pytest.raises(ComponentTooLarge, match="over 2 records"):
        component_of(B, most=2)
