"""Which parties a version shows differently."""

from typing import Any

from sqlalchemy import Engine

from context_api.store.engine import reading
from context_api.store.sealing import Sealer
from context_api.store.stale_views import lacks_views, outdated_parties, stale_parties


def test_a_first_version_changes_everything_and_a_store_without_views_is_known(
    engine: Engine, sealer: Sealer, warehouse: Any
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    world = warehouse.world(engine, sealer)

    with reading(engine) as connection:
        version: int = connection.exec_driver_sql("select visible_sequence from tenants").scalar_one()

        assert stale_parties(connection, "default", version) == {*world.values()} - {None}
        assert stale_parties(connection, "default", version + 1) == frozenset()
        assert not lacks_views(connection, "default")
        assert lacks_views(connection, "other")


def test_parties_whose_views_another_release_rendered_are_known(
    engine: Engine, sealer: Sealer, warehouse: Any
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    ids = sorted({*warehouse.world(engine, sealer).values()} - {None})
    older, newer = ids[:2]

    with engine.begin() as connection:
        assert outdated_parties(connection, "default") == frozenset()
        for golden_id, by in ((older, -1), (newer, 1)):
            changed = f"update rendered_views set format = format + {by} where golden_id = '{golden_id}'"
            connection.exec_driver_sql(changed)

        assert outdated_parties(connection, "default") == {older, newer}
        assert outdated_parties(connection, "other") == frozenset()
