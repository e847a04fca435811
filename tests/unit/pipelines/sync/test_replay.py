from pathlib import Path

import duckdb
from fake_source import NOON, FakeSource, people, person, source_named, stored, sync_fake

from pipelines.connectors.port import BadRow, FieldType, Page
from pipelines.sync.replay import Replayed, replay

Warehouse = duckdb.DuckDBPyConnection


def replayed(warehouse: Warehouse, fake: FakeSource, *without: str) -> list[Replayed]:
    return replay(
        warehouse, (source_named(without=without),), ids=[], open_connector=lambda _: fake, now=NOON
    )


def test_a_row_that_fits_todays_schema_is_taken_in(warehouse: Warehouse, tmp_path: Path) -> None:
    sync_fake(warehouse, tmp_path, FakeSource(Page([person(1)], cursor={"after": 1})))
    whole = people()
    kept = tuple(field for field in whole.fields if field.name != "name")
    narrow = type(whole)("people", kept, whole.keys, "changed", "gone", whole.deletes)
    lacking = {name: value for name, value in person(2).items() if name != "name"}
    sync_fake(warehouse, tmp_path, FakeSource(Page([lacking]), object_=narrow))

    still = replayed(warehouse, FakeSource(object_=narrow))
    taken = replayed(warehouse, FakeSource(object_=narrow), "name")

    assert "no longer has the column name" in (still[0].reason or "")
    assert taken[0].reason is None
    assert stored(warehouse) == [(1, "Ann", False), (2, None, False)]
    assert replayed(warehouse, FakeSource(object_=narrow), "name") == []


def test_what_its_source_could_not_read_is_no_row_to_take_in(warehouse: Warehouse, tmp_path: Path) -> None:
    unread = [
        BadRow({"id": n, "raw": "..."}, "the date cannot be read", field)
        for n, field in ((1, "date"), (2, None))
    ]
    sync_fake(warehouse, tmp_path, FakeSource(Page([person(9)], bad=unread)))

    results = replayed(warehouse, FakeSource())

    assert [result.reason for result in results] == ["the date cannot be read"] * 2
    assert stored(warehouse) == [(9, "Ann", False)]


def test_a_replayed_row_never_overwrites_a_newer_one(warehouse: Warehouse, tmp_path: Path) -> None:
    object_ = people(age=FieldType.BIGINT)
    rows = [person(1, "Old", 1, age="ten"), person(1, "New", 9, age=10)]
    sync_fake(warehouse, tmp_path, FakeSource(Page(rows), object_=object_))
    warehouse.execute("update sync.quarantine set row_json = replace(row_json, '\"ten\"', '10')")

    (result,) = replayed(warehouse, FakeSource(object_=object_))

    assert result.reason is None
    assert stored(warehouse, "name") == [("New",)]


def test_a_row_whose_time_nobody_can_tell_waits_until_it_states_one(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    rows = [person(1, "Ann", "soon"), person(1, "Bo", 5), person(2, "Cy", "soon"), person(3, "Di", "never")]
    sync_fake(warehouse, tmp_path, FakeSource(Page(rows)))
    assert stored(warehouse) == [(1, "Bo", False)]
    warehouse.execute(
        "update sync.quarantine set row_json = replace(row_json, 'soon', '2024-05-01T00:03:00Z')"
    )

    results = replayed(warehouse, FakeSource())

    reasons = sorted(result.reason or "" for result in results)
    assert reasons == ["", "", "changed: a time expected, 'never' found"]
    assert stored(warehouse) == [(1, "Bo", False), (2, "Cy", False)]
