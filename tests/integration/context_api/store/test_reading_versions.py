from typing import Any

from context_api.store.engine import open_store, reading
from context_api.store.reading import version_at
from context_api.store.reading_versions import versions
from context_api.store.sealing import Sealer


def test_versions_are_told_newest_first_up_to_the_one_that_is_read(published_on_sqlite: Any) -> None:
    engine = open_store(published_on_sqlite.url)
    with reading(engine) as connection:
        snapshot = version_at(connection, Sealer(b"k" * 32, "default"))
        found = versions(snapshot, limit=10)
        earlier = version_at(connection, snapshot.sealer, as_of=found[1].visible_at)
        told_then = versions(earlier, limit=10)
        below = versions(snapshot, limit=10, before=found[0].version)
    engine.dispose()

    assert [version.status for version in found] == ["visible", "superseded", "superseded"]
    assert told_then == found[1:]
    assert below == told_then
    assert {version.kind for version in found} == {"publish"}
