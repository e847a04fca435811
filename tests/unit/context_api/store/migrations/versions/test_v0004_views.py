import importlib

from context_api.store.tables import metadata

migration = importlib.import_module("context_api.store.migrations.versions.v0004_views")


def test_it_follows_a_revision_and_makes_a_table_of_the_store() -> None:
    assert migration.revision == "0004"
    assert migration.down_revision is not None
    assert "rendered_views" in metadata().tables
