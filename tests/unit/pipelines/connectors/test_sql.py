import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from company_systems import change

from pipelines.connectors.port import Deletes, FieldType, Page, SourceObject, Undiscovered
from pipelines.connectors.sql import SqlConnector, SqlSettings, SqlTable
from pipelines.errors import ConnectorError, SchemaFault, TransientFault

NOW = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    change(path, "create table people (id integer primary key, name text, score real, changed text)")
    rows: list[tuple[object, ...]] = [(n, f"P{n}", n / 2, "2024-05-01T00:00:00Z") for n in range(25)]
    change(path, "insert into people values (?, ?, ?, ?)", rows)
    return path


def connector(shop: Path, cursor: str | None = "changed", **overlap: int) -> SqlConnector:
    table = SqlTable("people", ("id",), "people", cursor, None, Deletes.RECONCILE)
    settings = SqlSettings(f"sqlite:///{shop.name}", (table,), None, timedelta(**overlap), page_rows=10)
    return SqlConnector(settings, shop.parent, now=lambda: NOW)


def people(source: SqlConnector) -> SourceObject:
    (object_,) = source.discover()
    assert isinstance(object_, SourceObject)
    return object_


def ids(pages: list[Page]) -> list[int]:
    return [row["id"] for page in pages for row in page.changes]


def test_fields_are_typed_as_the_database_declares(shop: Path) -> None:
    types = {field.name: field.type for field in people(connector(shop)).fields}

    assert types == {
        "id": FieldType.BIGINT, "name": FieldType.TEXT, "score": FieldType.DOUBLE, "changed": FieldType.TEXT,
    }  # fmt: skip


def test_many_rows_with_one_cursor_value_are_never_lost_between_pages(shop: Path) -> None:
    source = connector(shop)
    first = next(source.read(people(source), None))

    assert first.cursor == {"after": "2024-05-01T00:00:00Z"}
    assert sorted(ids(list(source.read(people(source), first.cursor)))) == list(range(25))


def test_only_changes_since_the_cursor_and_rows_without_one_are_read(shop: Path) -> None:
    change(shop, "update people set changed = '2024-05-09T00:00:00Z' where id = 3")
    change(shop, "update people set changed = null where id = 4")
    source = connector(shop)

    assert ids(list(source.read(people(source), {"after": "2024-05-02T00:00:00Z"}))) == [4, 3]


def test_writers_that_committed_late_are_read_by_the_overlap(shop: Path) -> None:
    change(shop, "update people set changed = '2024-05-08T23:55:00Z' where id = 3")
    source = connector(shop, minutes=10)

    assert ids(list(source.read(people(source), {"after": "2024-05-09T00:00:00Z"}))) == [3]


def test_a_future_date_is_read_but_the_cursor_does_not_follow_it(shop: Path) -> None:
    change(shop, "update people set changed = '2999-01-01T00:00:00Z' where id = 3")
    source = connector(shop)

    pages = list(source.read(people(source), None))

    assert 3 in ids(pages)
    assert [page.cursor for page in pages if page.cursor][-1] == {"after": "2024-05-01T00:00:00Z"}


def test_keys_count_and_sample_cover_the_table(shop: Path) -> None:
    source = connector(shop)
    object_ = people(source)

    assert [key for keys in source.keys(object_) for key in keys] == [(n,) for n in range(25)]
    assert source.count(object_) == 25
    assert len(source.sample(object_, 1000).changes) == 25
    assert ids([source.sample(object_, 5)]) == [4, 9, 14, 19, 24]


def test_text_that_is_no_utf8_does_not_end_the_read(shop: Path) -> None:
    change(shop, "update people set name = cast(x'41ff' as text) where id = 3")
    source = connector(shop)

    rows = [row for page in source.read(people(source), None) for row in page.changes]

    assert len(rows) == 25
    assert rows[3]["name"] == "A\udcff"


def test_a_locked_database_is_a_transient_fault(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.connectors.sql_url.BUSY_TIMEOUT_SECONDS", 0.05)
    writer = sqlite3.connect(shop)
    writer.execute("begin exclusive")

    with pytest.raises(TransientFault, match="locked"):
        connector(shop).discover()
    writer.close()


def test_a_missing_database_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(TransientFault, match="unable to open"):
        connector(tmp_path / "gone.db").check()
    assert not (tmp_path / "gone.db").exists()


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("drop table people", "no table people"),
        ("alter table people rename column changed to touched", "has no column changed"),
    ],
)
def test_what_is_declared_and_not_there_is_named(statement: str, reason: str, shop: Path) -> None:
    change(shop, statement)

    (found,) = connector(shop).discover()

    assert isinstance(found, Undiscovered)
    assert reason in found.reason


def test_a_column_that_went_while_reading_is_a_schema_fault(shop: Path) -> None:
    source = connector(shop)
    object_ = people(source)
    change(shop, "alter table people drop column score")

    with pytest.raises(SchemaFault):
        list(source.read(object_, None))


def test_secrets_are_not_shown() -> None:
    settings = SqlSettings("postgresql+psycopg://reader:hunter2@127.0.0.1:1/erp", ())

    with pytest.raises(ConnectorError) as caught:
        SqlConnector(settings, Path(), now=lambda: NOW).check()

    assert "hunter2" not in str(caught.value) + repr(settings)


def test_rows_are_found_by_their_keys_and_others_are_not(shop: Path) -> None:
    found = connector(shop).rows_by_key("people", ["3", "7", "99", "3 or 1=1"])

    assert {key: row["name"] for key, row in found.items()} == {"3": "P3", "7": "P7"}
