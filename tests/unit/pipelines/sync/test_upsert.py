import hashlib
import random
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from fake_source import NOON, people, person, stored
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.connectors.port import Deletes, Field, FieldType, SourceObject
from pipelines.sync.contract import SEQUENCE, Contract, agree
from pipelines.sync.fitting import fit, key_of
from pipelines.sync.upsert import Upserted, known_columns, make_room, raw_table, upsert, versions

Warehouse = duckdb.DuckDBPyConnection
CONTRACT, _ = agree(people(), {})
EVENTS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 6), st.sampled_from(["Ann", "Bo"]), st.booleans()),
    min_size=1,
    max_size=14,
    unique_by=lambda event: event[:2],
)


def put(warehouse: Warehouse, rows: list[dict[str, Any]], contract: Contract = CONTRACT) -> Upserted:
    batch = fit(contract, rows).batch
    numbered = batch.append_column(SEQUENCE, pa.array(range(batch.num_rows), pa.int64()))
    warehouse.register("arrived", pa.Table.from_batches([numbered]))
    make_room(warehouse, "shop", contract)
    table = raw_table("shop", "people")
    return upsert(warehouse, contract, landed="arrived", table=table, load_id="L", now=NOON)


@settings(max_examples=40, deadline=None)
@given(events=EVENTS, seed=st.integers(0, 10**6))
def test_any_order_and_repetition_of_pages_ends_in_the_model(
    events: list[tuple[int, int, str, bool]], seed: int
) -> None:
    rng = random.Random(seed)
    rows = [person(i, name, changed, "x" if gone else None) for i, changed, name, gone in events]
    arriving = rows + rng.choices(rows, k=len(rows) // 2)
    rng.shuffle(arriving)
    cut = rng.randrange(len(arriving) + 1)
    model = {i: (i, name, gone) for i, changed, name, gone in sorted(events, key=lambda e: e[1])}

    with duckdb.connect() as warehouse:
        for part in (arriving[:cut], arriving[cut:]):
            put(warehouse, part)

        assert stored(warehouse) == [model[key] for key in sorted(model)]


@pytest.mark.parametrize(
    ("first", "then", "name"),
    [
        pytest.param(5, 4, "first", id="older-never-overwrites"),
        pytest.param(5, 5, "then", id="equal-times-later-arrival-wins"),
        pytest.param(5, 6, "then", id="newer-wins"),
        pytest.param(5, None, "then", id="no-time-counts-as-now"),
        pytest.param("2024-05-01T10:00:00+02:00", "2024-05-01T08:30:00Z", "then", id="zones-are-heeded"),
        pytest.param("2999-01-01", 5, "first", id="a-future-date-is-a-version-like-any-other"),
    ],
)
def test_versions_are_ordered_by_source_time(first: Any, then: Any, name: str, warehouse: Warehouse) -> None:
    put(warehouse, [person(1, "first", first)])
    put(warehouse, [person(1, "then", then)])

    assert stored(warehouse, "name") == [(name,)]


def test_only_rows_with_other_content_move(warehouse: Warehouse) -> None:
    put(warehouse, [person(n) for n in range(5)])

    assert put(warehouse, [person(n, "Bo" if n == 3 else "Ann") for n in range(5)]) == Upserted(1, 0)


def test_a_new_and_empty_column_moves_no_row(warehouse: Warehouse) -> None:
    put(warehouse, [person(1)])
    wider, _ = agree(people(fax=FieldType.TEXT), known_columns(warehouse, "shop", object_name="people"))

    assert put(warehouse, [person(1, fax=None)], wider) == Upserted(0, 0)
    assert put(warehouse, [person(1, fax="")], wider) == Upserted(1, 0)


def test_the_key_in_sql_is_the_key_in_python(warehouse: Warehouse) -> None:
    fields = (Field("a", FieldType.TEXT), Field("b", FieldType.BIGINT))
    contract, _ = agree(SourceObject("people", fields, ("a", "b")), {})
    rows = [{"a": text, "b": n} for n, text in enumerate(["x", "x|1", "x\\", "\\|", ""])]

    put(warehouse, rows, contract)

    keys = {key for (key,) in stored(warehouse, "_record_key")}
    assert keys == {key_of(("a", "b"), row) for row in rows}
    assert len(keys) == len(rows)


@pytest.mark.parametrize(
    ("type_", "value", "is_deleted"),
    [
        (FieldType.TEXT, "2024-01-01", True),
        (FieldType.TEXT, "", False),
        (FieldType.TEXT, "Y", True),
        (FieldType.TEXT, "N", False),
        (FieldType.TEXT, "false ", False),
        (FieldType.TEXT, Decimal("0.0"), False),
        (FieldType.TEXT, Decimal("1"), True),
        (FieldType.TEXT, "0000-00-00 00:00:00", False),
        (FieldType.BOOLEAN, True, True),
        (FieldType.BIGINT, 0, False),
        (FieldType.BIGINT, None, False),
    ],
)
def test_a_soft_delete_field_of_any_type_is_read(
    type_: FieldType, value: Any, is_deleted: bool, warehouse: Warehouse
) -> None:
    fields = (Field("id", FieldType.BIGINT), Field("gone", type_))
    contract, _ = agree(SourceObject("people", fields, ("id",), None, "gone", Deletes.OBSERVED), {})

    put(warehouse, [{"id": 1, "gone": value}], contract)

    assert stored(warehouse, "_is_deleted") == [(is_deleted,)]


def test_the_content_hash_is_of_every_name_length_and_value_but_nulls(warehouse: Warehouse) -> None:
    rows: list[dict[str, Any]] = [
        {"z": 1.5, "id": 1, "a,'b": "x,y=1:", "gone": None, "c": "\0\u0301é", "yes": True},
        {"z": None, "id": 2, "a,'b": "", "gone": "\u0301", "c": None, "yes": None},
    ]
    kinds = {"z": FieldType.DOUBLE, "id": FieldType.BIGINT, "yes": FieldType.BOOLEAN}
    fields = tuple(Field(name, kinds.get(name, FieldType.TEXT)) for name in rows[0])
    contract, _ = agree(SourceObject("people", fields, ("id",)), {})

    put(warehouse, rows, contract)

    texts = ["a,'b=6:x,y=1:,c=5:\0\u0301é,id=1:1,yes=4:true,z=3:1.5", "a,'b=0:,gone=2:\u0301,id=1:2"]
    hashes = [hashlib.md5(text.encode()).hexdigest() for text in texts]  # noqa: S324 - as DuckDB names it
    assert stored(warehouse, "_content_hash") == [(one,) for one in hashes]


def test_where_a_copy_was_found_is_no_content() -> None:
    fields = (Field("id", FieldType.TEXT), Field("folder", FieldType.TEXT, is_content=False))

    assert "folder" not in versions(Contract(SourceObject("m", fields, ("id",)), fields), "landed")
