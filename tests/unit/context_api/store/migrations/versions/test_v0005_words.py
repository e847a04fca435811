import importlib

from context_api.store.tables import metadata

migration = importlib.import_module("context_api.store.migrations.versions.v0005_words")


def test_it_follows_a_revision_and_makes_a_table_of_the_store() -> None:
    assert migration.revision == "0005"
    assert migration.down_revision is not None
    assert "word_variants" in metadata().tables
