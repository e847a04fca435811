"""What is served for a party: the view of the version in force, opened."""

from typing import Any

import orjson
import pytest
from sqlalchemy import Engine

from context_api.errors import FaultyStoreSetting
from context_api.store.engine import reading, writing
from context_api.store.rendered_views import FORMAT, current_view
from context_api.store.sealing import Sealer


@pytest.fixture
def world(engine: Engine, warehouse: Any, sealer: Sealer) -> Any:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    return warehouse.world(engine, sealer)


def test_the_view_in_force_is_served_with_its_version(engine: Engine, sealer: Sealer, world: Any) -> None:
    with reading(engine) as connection:
        found = current_view(connection, sealer, world["crm:company:9"], view="full")

    assert found is not None
    assert orjson.loads(found.body)["name"] == "Roe Ltd"
    assert (found.entity_version, found.sources) == (1, ("crm",))


def test_no_view_is_served_for_an_id_that_is_none_or_of_another_tenant(
    engine: Engine, sealer: Sealer, world: Any
) -> None:
    other = Sealer(sealer.master, "other")

    with reading(engine) as connection:
        assert current_view(connection, sealer, "g-00000000000000000000", view="full") is None
        assert current_view(connection, other, world["crm:company:9"], view="full") is None


def test_a_stored_view_cannot_be_read_without_the_key(engine: Engine, sealer: Sealer, world: Any) -> None:
    with reading(engine) as connection:
        bodies = connection.exec_driver_sql("select sealed_body from rendered_views").all()
        assert not any(b"Roe" in bytes(row[0]) for row in bodies)
        with pytest.raises(FaultyStoreSetting):
            current_view(connection, Sealer(b"x" * 32, sealer.tenant_id), world["crm:company:9"], view="full")


@pytest.mark.parametrize("other", [FORMAT - 1, FORMAT + 1], ids=["earlier", "later"])
def test_a_view_of_another_format_is_not_served(
    other: int, engine: Engine, sealer: Sealer, world: Any
) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql(f"update rendered_views set format = {other}")

    with reading(engine) as connection:
        assert current_view(connection, sealer, world["crm:company:9"], view="full") is None
