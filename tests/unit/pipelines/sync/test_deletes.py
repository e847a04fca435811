import duckdb
import pyarrow as pa
from fake_source import NOON, people

from pipelines.connectors.port import Deletes
from pipelines.sync.contract import agree
from pipelines.sync.deletes import bury_missing, missed_keys
from pipelines.sync.upsert import VERSIONS, make_room

CONTRACT, _ = agree(people(Deletes.RECONCILE), {})
TABLE = "raw_shop.people"


def prepared(warehouse: duckdb.DuckDBPyConnection, *read_since: str) -> None:
    make_room(warehouse, "shop", CONTRACT)
    for key in ("1", "2", "3"):
        warehouse.execute(f"insert into {TABLE} (_record_key, _is_deleted) values ('{key}', false)")
    listed = ", ".join(f"('{key}')" for key in read_since) or "(null::varchar)"
    warehouse.execute(f"create temp table {VERSIONS} as select * from (values {listed}) as v(_record_key)")


def test_only_rows_neither_listed_nor_read_since_are_buried(warehouse: duckdb.DuckDBPyConnection) -> None:
    prepared(warehouse, "3")

    buried = bury_missing(warehouse, CONTRACT, keys=pa.table({"id": [1]}), table=TABLE, load_id="L", now=NOON)

    dead = warehouse.execute(f"select _record_key from {TABLE} where _is_deleted").fetchall()
    assert (buried, dead) == (1, [("2",)])


def test_an_empty_list_of_all_keys_buries_all(warehouse: duckdb.DuckDBPyConnection) -> None:
    prepared(warehouse)
    none = pa.table({"id": pa.array([], pa.int64())})

    assert bury_missing(warehouse, CONTRACT, keys=none, table=TABLE, load_id="L", now=NOON) == 3


def test_a_key_in_quarantine_is_not_missed(warehouse: duckdb.DuckDBPyConnection) -> None:
    prepared(warehouse)
    keys = pa.table({"id": [1, 4, 5]})
    warehouse.execute(
        "insert into sync.quarantine (quarantine_id, source, object, record_key)"
        " values ('q', 'shop', 'people', '5')"
    )

    assert missed_keys(warehouse, CONTRACT, keys=keys, table=TABLE, source="shop") == 1
