"""An empty audit database on each engine."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from context_api.audit.tables import create_tables, open_audit


@pytest.fixture
def audit(store_url: str) -> Iterator[Engine]:
    engine = open_audit(store_url.replace("store.db", "audit.db"), busy_timeout_seconds=2)
    create_tables(engine)
    create_tables(engine)
    yield engine
    engine.dispose()
