"""Views that were rendered before formats were counted are of none that is served."""

import importlib

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, inspect, text

from context_api.store.rendered_views import FORMAT

views = importlib.import_module("context_api.store.migrations.versions.v0004_views")
migration = importlib.import_module("context_api.store.migrations.versions.v0006_view_format")
OLD = "insert into rendered_views values ('t', 'g-1', 'full', 1, null, 'h', 1, 'crm', x'', x'00')"


def test_views_of_before_are_of_another_format_and_the_way_back_leaves_them() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        views.upgrade()
        connection.execute(text(OLD))
        before = inspect(connection).get_columns("rendered_views")

        migration.upgrade()
        kept: int = connection.execute(text("select format from rendered_views")).scalar_one()
        migration.downgrade()

        assert kept != FORMAT
        assert [c["name"] for c in inspect(connection).get_columns("rendered_views")] == [
            c["name"] for c in before
        ]
        assert connection.execute(text("select count(*) from rendered_views")).scalar_one() == 1
    engine.dispose()
