import importlib

from context_api.store.tables import metadata

migration = importlib.import_module("context_api.store.migrations.versions.v0002_context")
DROPPED_SINCE = {"read_receipts"}  # by v0003


def test_every_table_it_makes_is_one_of_the_store() -> None:
    made = {name[1:] for name in vars(migration) if name.startswith("_") and not name.startswith("__")}

    assert made
    assert made - DROPPED_SINCE <= set(metadata().tables)
