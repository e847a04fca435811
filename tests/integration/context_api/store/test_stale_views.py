"""Which parties a version shows differently."""

from typing import Any

from sqlalchemy import Engine

from context_api.store.engine import reading
from context_api.store.sealing import Sealer
from context_api.store.stale_views import lacks_views, stale_parties


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
