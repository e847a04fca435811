import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fake_source import FakeSource, person

from pipelines.assets.changes import Seen, look
from pipelines.connectors.opening import open_connector
from pipelines.connectors.port import Connector, Cursor, Page, SourceObject
from pipelines.connectors.sql import SqlSettings
from pipelines.sync.engine import utc_now
from pipelines.sync.sources import Source, parse_sources

SOURCES = """
sources:
  crm: {connector: sql, url: "sqlite:///crm.db", objects: {contacts: {keys: [id], cursor: updated_at}}}
  mail: {connector: mail, folder: mail}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    change(tmp_path, "create table contacts (id integer primary key, updated_at text)")
    (tmp_path / "mail" / "anna" / "cur").mkdir(parents=True)
    return tmp_path


def change(home: Path, sql: str) -> None:
    with closing(sqlite3.connect(home / "crm.db")) as database, database:
        database.execute(sql)


def seen(home: Path, before: dict[str, Seen]) -> tuple[dict[str, Seen], list[str], dict[str, str]]:
    def opened(source: Source) -> Connector:
        return open_connector(source.settings, home, now=utc_now)

    sources = parse_sources(SOURCES, home / "sources.yml", environment={})
    found = look(sources, before, home=home, open_connector=opened, cursors={})
    return dict(found.seen), list(found.changed), dict(found.unanswered)


def test_the_first_look_finds_every_source_changed(home: Path) -> None:
    assert seen(home, {})[1] == ["crm", "mail"]


def test_nothing_changed_between_two_looks(home: Path) -> None:
    before, _, _ = seen(home, {})

    assert seen(home, before)[1] == []


def test_a_row_and_a_mail_are_changes(home: Path) -> None:
    before, _, _ = seen(home, {})
    change(home, "insert into contacts values (1, '2026-01-01')")
    assert seen(home, before)[1] == ["crm"]

    (home / "mail" / "anna" / "cur" / "1.eml").write_text("Subject: hello\n\n", encoding="utf-8")
    assert seen(home, before)[1] == ["crm", "mail"]


def test_a_source_that_is_away_counts_as_unchanged_and_is_named(home: Path) -> None:
    before, _, _ = seen(home, {})
    (home / "crm.db").unlink()

    _, changed, unanswered = seen(home, before)

    assert changed == []
    assert set(unanswered) == {"crm"}


class Elsewhere(FakeSource):
    """A database elsewhere: shows its rows from the minute of the cursor on."""

    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        after = 0 if cursor is None else int(cursor["after"])
        yield Page([row for row in self.state or () if row["changed"] >= person(0, changed=after)["changed"]])


def looked(
    source: FakeSource, before: dict[str, Seen], *, cursor: int | None
) -> tuple[dict[str, Seen], bool]:
    """Look while the warehouse holds this cursor; return what was seen, and whether a run is asked for."""
    erp = Source("erp", SqlSettings("postgresql://erp/erp", ()), ("people",))
    cursors = {} if cursor is None else {("erp", "people"): {"after": cursor}}
    found = look([erp], before, home=Path(), open_connector=lambda _: source, cursors=cursors)
    return dict(found.seen), bool(found.changed)


def test_the_cursor_that_a_run_moved_asks_for_no_run_more() -> None:
    source = Elsewhere(state=[person(1, changed=1)])
    seen, _ = looked(source, {}, cursor=1)
    source.state = [person(1, changed=1), person(2, changed=2)]
    seen, is_asked = looked(source, seen, cursor=1)
    assert is_asked

    seen, after_the_run = looked(source, seen, cursor=2)
    _, later = looked(source, seen, cursor=2)

    assert (after_the_run, later) == (False, False)


def test_a_change_between_the_run_and_the_look_is_seen_once() -> None:
    source = Elsewhere(state=[person(1, "Ann", 1)])
    seen, _ = looked(source, {}, cursor=1)
    source.state = [person(1, "Bo", 3)]  # the run took in minute 2; this one came after it

    seen, is_asked = looked(source, seen, cursor=2)
    _, again = looked(source, seen, cursor=3)

    assert (is_asked, again) == (True, False)
