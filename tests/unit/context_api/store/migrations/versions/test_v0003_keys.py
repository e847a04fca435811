"""Going back and forth over this revision leaves the tables that it found."""

import importlib

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect

from context_api.store.tables import metadata

first = importlib.import_module("context_api.store.migrations.versions.v0002_context")
migration = importlib.import_module("context_api.store.migrations.versions.v0003_keys")


def test_keys_come_and_receipts_go_and_the_other_way_round() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        first.upgrade()
        before = _shape(connection)
        migration.upgrade()
        assert "api_keys" in inspect(connection).get_table_names()
        assert "read_receipts" not in inspect(connection).get_table_names()
        migration.downgrade()
        assert _shape(connection) == before
    engine.dispose()

    assert "api_keys" in metadata().tables


def _shape(connection: object) -> dict[str, tuple[object, ...]]:
    found = inspect(connection)
    return {
        table: (
            [column["name"] for column in found.get_columns(table)],
            [index["name"] for index in found.get_indexes(table)],
        )
        for table in found.get_table_names()
    }
