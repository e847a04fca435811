"""Facts from the store and facts from the warehouse are the same facts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from context_api.policy.classification import classifications
from context_api.rendering.loading import facts_of, neighbours
from context_api.rendering.party_views import render
from context_api.store.engine import reading
from context_api.store.reading import version_at
from context_api.store.sealing import Sealer
from pipelines.publish_views import ERASED, warehouse_facts

HEADS = """
select golden_id, entity_version, party_type from golden_records
where tenant_id = 'default' and published_to is null order by golden_id
"""


def tell_everything(warehouse: Any) -> None:
    """State records, activities and relationships of every shape."""
    warehouse.tell()
    warehouse.activity("erp:order:1", ["crm:contact:1", "crm:company:9"], title="Pumps")
    warehouse.activity("erp:order:2", ["erp:customer:2"], at=datetime(2026, 2, 2), title=None)  # noqa: DTZ001
    warehouse.connection.execute(
        "insert into intermediate.int_relationships values"
        " ('r1', 'works_for', 'crm:contact:1', 'crm:company:9', 'CFO', '2024-01-01', null, 'crm', null),"
        " ('r2', 'works_for', 'itsm:requester:3', 'crm:company:9', null, null, '2025-01-01', 'itsm', null),"
        " ('r3', 'works_for', 'crm:contact:1', 'erp:customer:2', null, null, null, 'crm', null),"
        " ('r4', 'works_for', 'crm:contact:1', 'no:such:record', null, null, null, 'crm', null)"
    )


def test_store_and_warehouse_give_the_same_views(engine: Engine, warehouse: Any, sealer: Sealer) -> None:
    tell_everything(warehouse)
    warehouse.publish(engine, sealer)

    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        heads = warehouse.rows(engine, HEADS)
        small = list(facts_of(snapshot, [head[0] for head in heads]))
    warehouse.connection.execute("use resolution; create or replace temp table erased (record_id varchar)")
    bulk = list(warehouse_facts(warehouse.connection, heads))

    classes = classifications()
    assert len(small) == len(bulk) == 3
    assert [[v.json for v in render(f, classes)] for f in small] == [
        [v.json for v in render(f, classes)] for f in bulk
    ]
    assert {f.name: (len(f.edges), len(f.activities)) for f in small} == {
        "Ann Lee": (1, 2),
        "Cleo Roe": (1, 0),
        "Roe Ltd": (2, 1),
    }


def test_an_erased_record_states_nothing_in_either(engine: Engine, warehouse: Any, sealer: Sealer) -> None:
    tell_everything(warehouse)
    warehouse.publish(engine, sealer)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "update record_keys set salt = null, erased_at = '2026-02-02 00:00:00'"
            " where record_id in ('crm:company:9', 'erp:order:1')"
        )

    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        heads = warehouse.rows(engine, HEADS)
        small = list(facts_of(snapshot, [head[0] for head in heads]))
    erased = warehouse.rows(engine, ERASED.replace("?", "'default'"))
    warehouse.connection.execute("use resolution; create or replace temp table erased (record_id varchar)")
    warehouse.connection.executemany("insert into erased values (?)", erased)
    bulk = list(warehouse_facts(warehouse.connection, heads))

    (company,) = (facts for facts in small if facts.party_type == "organization")
    assert company.name is None
    assert company.activities[0].title is None
    classes = classifications()
    assert [[v.json for v in render(f, classes)] for f in small] == [
        [v.json for v in render(f, classes)] for f in bulk
    ]


def test_neighbours_are_those_whom_a_view_names(engine: Engine, warehouse: Any, sealer: Sealer) -> None:
    tell_everything(warehouse)
    warehouse.publish(engine, sealer)

    world = warehouse.world(engine, sealer)
    with reading(engine) as connection:
        found = neighbours(version_at(connection, sealer), {world["crm:company:9"]})

    assert found == {world["crm:contact:1"], world["itsm:requester:3"]}
