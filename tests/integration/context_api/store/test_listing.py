"""Listing golden records: every order is total, every filter narrows."""

from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.store.engine import reading
from context_api.store.listing import Filters, ListedParty, Order, listed
from context_api.store.reading import version_at
from context_api.store.sealing import Sealer


@pytest.fixture
def store(engine: Engine, warehouse: Any, sealer: Sealer) -> Engine:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    return engine


@pytest.mark.parametrize("order", list(Order))
def test_pages_of_one_make_up_the_whole_in_order(order: Order, store: Engine, sealer: Sealer) -> None:
    with reading(store) as connection:
        snapshot = version_at(connection, sealer)
        whole = listed(snapshot, Filters(), order=order, limit=10, after=None)
        paged: list[ListedParty] = []
        after: tuple[Any, ...] | None = None
        while page := listed(snapshot, Filters(), order=order, limit=1, after=after):
            paged += page
            after = page[0].key(order)

    assert tuple(paged) == whole
    assert len(whole) == 3


def test_filters_narrow_by_type_source_and_size(store: Engine, sealer: Sealer, warehouse: Any) -> None:
    world = warehouse.world(store, sealer)
    with reading(store) as connection:
        snapshot = version_at(connection, sealer)

        def ids(filters: Filters) -> set[str]:
            return {p.golden_id for p in listed(snapshot, filters, order=Order.ID, limit=10, after=None)}

        assert ids(Filters(party_type="organization")) == {world["crm:company:9"]}
        assert ids(Filters(source="itsm")) == {world["itsm:requester:3"]}
        assert ids(Filters(least_records=2)) == {world["crm:contact:1"]}
        assert ids(Filters(changed_since_version=snapshot.version)) == set()
