"""Migrations make exactly the tables that the code declares, on both databases, however often they run."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from context_api.store.engine import migrate, reading
from context_api.store.tables import metadata


def test_migrated_tables_are_the_declared_ones(engine: Engine) -> None:
    migrate(engine)

    with reading(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata()) == []
