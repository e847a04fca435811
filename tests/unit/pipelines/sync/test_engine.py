from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from fake_source import FakeSource, people, person, source_named, stored, sync_fake

from pipelines.connectors.files import FilesConnector, FilesObject, FilesSettings
from pipelines.connectors.port import (
    Connector,
    Cursor,
    Deletes,
    FieldType,
    Page,
    SourceObject,
    Undiscovered,
)
from pipelines.errors import AuthFault, RateLimited, TransientFault
from pipelines.sync.engine import SyncOptions, sync
from pipelines.sync.sources import Source

Warehouse = duckdb.DuckDBPyConnection


class ReadInFull(FakeSource):
    """A source whose changes show nothing: rows come only to those who ask for all."""

    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        return super().read(object_, cursor) if cursor is None else iter(())


def loads(warehouse: Warehouse, columns: str = "status, error") -> list[Any]:
    return warehouse.execute(f"select {columns} from sync.loads order by ended_at").fetchall()


def test_rows_arrive_with_their_key_time_and_load(warehouse: Warehouse, tmp_path: Path) -> None:
    result = sync_fake(warehouse, tmp_path, FakeSource(Page([person(1), person(2)], cursor={"after": 1})))

    assert (result.status, result.upserted, result.proven_share) == ("complete", 2, 1.0)
    assert stored(warehouse, "_record_key, strftime(_source_time, '%H:%M'), _is_deleted") == [
        ("1", "00:01", False),
        ("2", "00:01", False),
    ]


def test_a_second_sync_with_no_change_moves_no_row(warehouse: Warehouse, tmp_path: Path) -> None:
    rows = [person(n, gone="2024" if n == 2 else None) for n in range(5)]
    sync_fake(warehouse, tmp_path, FakeSource(Page(rows)))
    before = stored(warehouse, "*")

    result = sync_fake(warehouse, tmp_path, FakeSource(Page(rows), Page(rows)))

    assert (result.upserted, result.deleted, result.quarantined) == (0, 0, 0)
    assert stored(warehouse, "*") == before


def test_a_row_inserted_again_after_its_delete_is_live(warehouse: Warehouse, tmp_path: Path) -> None:
    for changed, gone in ((1, None), (2, "2024"), (3, None)):
        sync_fake(warehouse, tmp_path, FakeSource(Page([person(1, "Ann", changed, gone)])))

    assert stored(warehouse) == [(1, "Ann", False)]


def test_missing_keys_become_tombstones_that_keep_their_content(warehouse: Warehouse, tmp_path: Path) -> None:
    object_ = people(Deletes.RECONCILE)
    rows = [{k: v for k, v in person(n).items() if k != "gone"} for n in (1, 2)]
    sync_fake(warehouse, tmp_path, FakeSource(Page(rows), object_=object_, state=rows))

    result = sync_fake(warehouse, tmp_path, FakeSource(object_=object_, state=rows[:1]))

    assert (result.deleted, result.deletes, result.proven_share) == (1, "reconciled", 1.0)
    assert stored(warehouse) == [(1, "Ann", False), (2, "Ann", True)]


def test_an_older_row_that_comes_back_from_a_backup_is_live(warehouse: Warehouse, tmp_path: Path) -> None:
    object_ = people(Deletes.RECONCILE)
    new, old = ({k: v for k, v in person(1, "Ann", c).items() if k != "gone"} for c in (9, 2))
    page = Page([new], cursor={"after": 9})
    sync_fake(warehouse, tmp_path, FakeSource(page, object_=object_, state=[new]))
    sync_fake(warehouse, tmp_path, FakeSource(object_=object_, state=[]))
    assert stored(warehouse) == [(1, "Ann", True)]

    fake = ReadInFull(Page([old]), object_=object_, state=[old])
    sync_fake(warehouse, tmp_path, fake)

    assert stored(warehouse) == [(1, "Ann", False)]


def test_keys_cut_short_bury_nobody(warehouse: Warehouse, tmp_path: Path) -> None:
    object_ = people(Deletes.RECONCILE)
    rows = [{k: v for k, v in person(n).items() if k != "gone"} for n in (1, 2)]
    sync_fake(warehouse, tmp_path, FakeSource(Page(rows), object_=object_, state=rows))
    half = FakeSource(object_=object_, state=rows)
    half.complete_keys = False

    result = sync_fake(warehouse, tmp_path, half)

    assert result.deleted == 0
    assert stored(warehouse, "_is_deleted") == [(False,), (False,)]


def test_lines_that_cannot_be_read_bury_nobody(warehouse: Warehouse, tmp_path: Path) -> None:
    declared = FilesObject("people", "people.csv", ("id",), None, Deletes.RECONCILE)
    settings = FilesSettings("in", (declared,))
    sources = [Source("shop", settings, ("people",))]
    (tmp_path / "in").mkdir()
    tell = (tmp_path / "in" / "people.csv").write_text
    options, opened = SyncOptions(), partial(FilesConnector, settings, tmp_path)
    results = []
    for text in ("id,name\n1,Ann\n2,Bo\n3,Cy\n", 'id,name\n1,"Ann\n2,Bo\n', "id,name\n1,Ann\n2,Bo\n"):
        tell(text)
        results += sync(warehouse, sources, home=tmp_path, open_connector=lambda _: opened(), options=options)

    assert [(r.deleted, r.quarantined, r.proven_share) for r in results] == [(0, 0, 1), (0, 2, 1), (1, 0, 1)]
    assert stored(warehouse, "_record_key, _is_deleted") == [("1", False), ("2", False), ("3", True)]


def test_a_changed_only_read_infers_no_delete(warehouse: Warehouse, tmp_path: Path) -> None:
    object_ = people(Deletes.NONE)
    rows = [{k: v for k, v in person(n).items() if k != "gone"} for n in (1, 2)]
    sync_fake(warehouse, tmp_path, FakeSource(Page(rows), object_=object_, state=rows))

    result = sync_fake(warehouse, tmp_path, FakeSource(object_=object_, state=rows[:1]), full=True)

    assert (result.deleted, result.deletes) == (0, "not observable")
    assert stored(warehouse, "_is_deleted") == [(False,), (False,)]


def test_a_source_that_is_down_does_not_stop_the_others(warehouse: Warehouse, tmp_path: Path) -> None:
    def opened(source: Source) -> Connector:
        if source.name == "down":
            raise AuthFault("the key was refused; renew it")
        return FakeSource(Page([person(1)]))

    sources = [source_named("down"), source_named("shop")]
    results = sync(warehouse, sources, home=tmp_path, open_connector=opened, options=SyncOptions())

    assert [result.status for result in results] == ["failed", "complete"]
    assert ("failed", "auth: the key was refused; renew it") in loads(warehouse)


def test_a_lost_object_does_not_stop_the_others(warehouse: Warehouse, tmp_path: Path) -> None:
    fake = FakeSource(Page([person(1)]))
    fake.discovered.append(Undiscovered("orders", "there is no table orders"))

    sync_fake(warehouse, tmp_path, fake)

    assert sorted(loads(warehouse)) == [("complete", None), ("failed", "schema: there is no table orders")]


def test_what_came_before_a_fault_stays_with_its_cursor(warehouse: Warehouse, tmp_path: Path) -> None:
    fake = FakeSource(Page([person(1)], cursor={"after": 1}), AuthFault("expired mid-page"))

    result = sync_fake(warehouse, tmp_path, fake)
    then = FakeSource(Page([person(2)], cursor={"after": 2}))
    sync_fake(warehouse, tmp_path, then)

    assert (result.status, result.error) == ("partial", "auth: expired mid-page")
    assert then.cursors == [{"after": 1}]
    assert len(stored(warehouse)) == 2


@pytest.mark.parametrize(
    "fault",
    [TransientFault("reset mid-body"), RateLimited("429", retry_after_seconds=2)],
    ids=["broken-off", "rate-limited"],
)
def test_reading_goes_on_from_the_last_whole_page(
    fault: Exception, warehouse: Warehouse, tmp_path: Path
) -> None:
    fake = FakeSource(
        Page([person(1)], cursor={"after": 1}), fault, Page([]), Page([person(2)], cursor={"after": 2})
    )

    result = sync_fake(warehouse, tmp_path, fake)

    assert (result.status, fake.cursors) == ("complete", [None, {"after": 1}])
    assert len(stored(warehouse)) == 2


@pytest.mark.parametrize(
    ("types", "more", "event", "quarantined"),
    [
        pytest.param({"age": FieldType.BIGINT}, {"age": 7}, ("age", "added"), 0, id="column-added"),
        pytest.param({}, {"age": 7}, ("age", "added"), 0, id="column-added-in-a-page"),
        pytest.param({"name": None}, {}, ("name", "lost"), 1, id="field-deleted"),
        pytest.param(
            {"name": None, "title": FieldType.TEXT}, {"title": "Dr"}, ("name", "lost"), 1, id="renamed"
        ),
        pytest.param({"id": FieldType.TEXT}, {"id": "A1"}, ("id", "retyped"), 1, id="type-changed"),
        pytest.param(
            {"id": FieldType.TEXT}, {"id": "12"}, ("id", "retyped"), 0, id="type-changed-but-it-fits"
        ),
        pytest.param({}, {"name": "quite-new"}, None, 0, id="enum-added"),
        pytest.param({}, {"name": ["a", "b"]}, None, 0, id="nested-became-list"),
        pytest.param({}, {"id": None}, None, 1, id="null-in-key"),
    ],
)
def test_drift_of_the_schema_is_reported_and_nothing_is_nulled(
    types: dict[str, Any], more: dict[str, Any], event: tuple[str, str] | None, quarantined: int,
    warehouse: Warehouse, tmp_path: Path,
) -> None:  # fmt: skip
    sync_fake(warehouse, tmp_path, FakeSource(Page([person(1, "Ann", 1)])))
    drifted = people()
    fields = {f.name: f.type for f in drifted.fields} | types
    kept = {name: type_ for name, type_ in fields.items() if type_ is not None}
    object_ = people(**kept)
    object_ = type(object_)(
        "people",
        tuple(f for f in object_.fields if f.name in kept),
        ("id",),
        "changed",
        "gone",
        Deletes.OBSERVED,
    )
    row = {k: v for k, v in {**person(2, "Bo", 2), **more}.items() if fields.get(k, 1) is not None}

    result = sync_fake(warehouse, tmp_path, FakeSource(Page([row]), object_=object_))

    events = warehouse.execute("select column_name, event from sync.schema_events").fetchall()
    assert (event in events) if event else events == []
    assert [(told.column, told.event) for told in result.drift] == events
    assert result.quarantined == quarantined
    waiting = warehouse.execute("select count(*) from sync.quarantine").fetchone()
    assert waiting == (quarantined,)
    assert stored(warehouse, "name")[0] == ("Ann",)
    assert len(stored(warehouse)) == 2 - quarantined


def test_rows_that_did_not_change_get_a_new_column_at_once(warehouse: Warehouse, tmp_path: Path) -> None:
    before = [person(n, changed=n) for n in range(3)]
    sync_fake(warehouse, tmp_path, FakeSource(Page(before, cursor={"after": 2}), state=before))
    object_ = people(city=FieldType.TEXT)
    after = [{**row, "city": "Bern"} for row in before]
    down = FakeSource(AuthFault("no"), object_=object_, state=after)

    sync_fake(warehouse, tmp_path, down)
    sync_fake(warehouse, tmp_path, ReadInFull(Page(after, cursor={"after": 2}), object_=object_, state=after))

    assert stored(warehouse, "city") == [("Bern",)] * 3


def test_a_column_that_was_let_go_keeps_its_last_values(warehouse: Warehouse, tmp_path: Path) -> None:
    sync_fake(warehouse, tmp_path, FakeSource(Page([person(1, "Ann", 1)])))
    whole = people()
    object_ = type(whole)(
        "people",
        tuple(f for f in whole.fields if f.name != "name"),
        ("id",),
        "changed",
        "gone",
        whole.deletes,
    )
    row = {k: v for k, v in person(1, changed=2).items() if k != "name"}

    result = sync_fake(warehouse, tmp_path, FakeSource(Page([row]), object_=object_), without=["name"])

    assert (result.quarantined, result.upserted, result.drift) == (0, 1, ())
    assert stored(warehouse) == [(1, "Ann", False)]


def test_a_source_that_goes_round_in_a_circle_is_left(warehouse: Warehouse, tmp_path: Path) -> None:
    page = Page([person(1)], cursor={"after": 1})

    result = sync_fake(warehouse, tmp_path, FakeSource(*[page] * 500))

    assert result.status == "partial"
    assert "repeats" in (result.error or "")
    assert len(stored(warehouse)) == 1


def test_a_row_that_comes_good_leaves_quarantine(warehouse: Warehouse, tmp_path: Path) -> None:
    sync_fake(warehouse, tmp_path, FakeSource(Page([person(1, changed="yesterday")])))
    assert warehouse.execute("select field, replayed_at from sync.quarantine").fetchall() == [
        ("changed", None)
    ]

    sync_fake(warehouse, tmp_path, FakeSource(Page([person(1, changed=5)])))

    assert warehouse.execute("select count(replayed_at) from sync.quarantine").fetchone() == (1,)
    assert len(stored(warehouse)) == 1
