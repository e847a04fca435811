import duckdb
import pytest
from fake_source import NOON, people, person

from pipelines.connectors.port import BadRow
from pipelines.errors import UnknownName
from pipelines.sync.contract import agree
from pipelines.sync.quarantine import mark_replayed, put_aside, waiting
from pipelines.sync.tables import Load

Warehouse = duckdb.DuckDBPyConnection
CONTRACT, _ = agree(people(), {})
LOAD = Load("L", "shop", NOON)


def put(warehouse: Warehouse, *rows: BadRow) -> int:
    return put_aside(warehouse, LOAD, contract=CONTRACT, rows=rows, now=NOON)


def test_a_row_read_twice_is_kept_once(warehouse: Warehouse) -> None:
    row = BadRow(person(1), "the name is odd", "name")

    assert (put(warehouse, row, row), put(warehouse, row)) == (1, 0)
    (entry,) = waiting(warehouse)
    assert (entry.record_key, entry.row()) == ("1", person(1))


def test_a_row_that_goes_bad_again_waits_again(warehouse: Warehouse) -> None:
    row = BadRow(person(1), "the name is odd", "name")
    put(warehouse, row)
    mark_replayed(warehouse, [waiting(warehouse)[0].quarantine_id], NOON)
    assert waiting(warehouse) == []

    put(warehouse, row)

    assert len(waiting(warehouse)) == 1


@pytest.mark.parametrize("value", ["\udcff", b"\xff", "\0", "\u202e", 10**400, float("nan"), [[{}]]])
def test_whatever_a_row_holds_can_be_kept(value: object, warehouse: Warehouse) -> None:
    assert put(warehouse, BadRow(person(value, name=value), f"odd: {str(value)[:9]}")) == 1


def test_an_id_that_nothing_carries_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(UnknownName, match="abc"):
        waiting(warehouse, ["abc"])
