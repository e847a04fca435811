from collections.abc import Iterator

import duckdb
import pytest
import stamina

from pipelines.sync import tables


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse in memory."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        tables.prepare(connection)
        yield connection


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries happen, but nothing is waited for."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield
