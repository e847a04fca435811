"""Staging views: only of parties that a version changes; all of them where the store has none yet."""

from typing import Any

from sqlalchemy import Engine

from context_api.store.rendered_views import FORMAT
from context_api.store.sealing import Sealer


def publish_and_drop_views(warehouse: Any, engine: Engine, sealer: Sealer) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    with engine.begin() as connection:
        connection.exec_driver_sql("delete from rendered_views")


def test_a_store_from_before_there_were_views_gets_them_all(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    publish_and_drop_views(warehouse, engine, sealer)
    warehouse.activity("erp:order:1", ["crm:contact:1"])

    summary = warehouse.publish(engine, sealer)

    assert summary.written["rendered_views"] == 6


def test_a_store_whose_views_were_dropped_gets_them_all_though_nothing_else_changed(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    publish_and_drop_views(warehouse, engine, sealer)

    warehouse.publish(engine, sealer)

    with engine.begin() as connection:
        assert connection.exec_driver_sql("select count(*) from rendered_views").scalar_one() == 6


def test_a_party_that_is_gone_is_no_longer_served(engine: Engine, warehouse: Any, sealer: Sealer) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    warehouse.deleted.add("crm:company:9")

    summary = warehouse.publish(engine, sealer)

    assert (summary.written["rendered_views"], summary.ended["rendered_views"]) == (0, 2)


def test_views_of_another_format_are_rendered_anew_though_nothing_else_changed(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    with engine.begin() as connection:
        connection.exec_driver_sql("update rendered_views set format = 0")

    summary = warehouse.publish(engine, sealer)
    again = warehouse.publish(engine, sealer)

    in_force = f"select count(*) from rendered_views where format = {FORMAT} and published_to is null"
    assert (summary.written["rendered_views"], summary.ended["rendered_views"]) == (6, 6)
    assert warehouse.rows(engine, in_force) == [(6,)]
    assert again.written.get("rendered_views", 0) == 0
