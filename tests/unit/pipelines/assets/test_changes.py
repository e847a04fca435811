import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.assets.changes import look
from pipelines.connectors.opening import open_connector
from pipelines.connectors.port import Connector
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


def seen(home: Path, before: dict[str, str]) -> tuple[dict[str, str], list[str], dict[str, str]]:
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
