from pathlib import Path

import pytest

from pipelines.connectors.port import Deletes
from pipelines.connectors.sql import SqlSettings
from pipelines.errors import SourcesFault, UnknownName
from pipelines.sync.sources import choose, parse_sources, read_sources

PATH = Path("sources.yml")
FAULTY = """
sources:
  Crm: {connector: sql, url: "sqlite:///a.db", objects: {t: {keys: [id]}}}
  erp:
    connector: sql
    url: postgresql://reader:hunter2@erp/erp
    colour: red
    objects:
      people: {keys: id, deletes: sometimes}
      orders: {deletes: observed}
      "a/b": {keys: [id]}
  web: {connector: ftp}
  shop: {connector: sql, url: "postgresql://r:${SHOP_PASSWORD}@h/db", objects: {t: {keys: [id]}}}
  mail: {connector: mail, deletes: observed}
  box: {connector: mail, folder: mail, time_limit_seconds: 0}
  files: {connector: files, folder: exports, objects: {t: {keys: [id]}}}
"""


def test_every_fault_is_reported_at_once_and_no_secret() -> None:
    with pytest.raises(SourcesFault) as caught:
        parse_sources(FAULTY, PATH, environment={})

    told = "; ".join(caught.value.faults)
    for fault in (
        "Crm: a name is lower case", "erp: colour is no option", "objects.people.keys must be a list",
        "objects.people.deletes must be one of", "objects.orders.keys must name", "soft_delete must name",
        "objects.a/b: a name is letters", "web: connector must be one of", "${SHOP_PASSWORD}, which is not",
        "mail: folder is missing", "box: time_limit_seconds must be",
        "files: objects.t.files must be a pattern",
    ):  # fmt: skip
        assert fault in told
    assert "hunter2" not in told


def test_a_password_in_the_file_is_refused() -> None:
    text = "sources: {erp: {connector: sql, url: 'postgresql://r:hunter2@h/db', objects: {t: {keys: [id]}}}}"

    with pytest.raises(SourcesFault, match="reference to the environment") as caught:
        parse_sources(text, PATH, environment={})
    assert "hunter2" not in str(caught.value)


def test_references_are_filled_from_the_environment_and_not_shown() -> None:
    text = "sources: {erp: {connector: sql, url: 'postgresql://r:${PW}@h/db', objects: {t: {keys: [id]}}}}"

    (source,) = parse_sources(text, PATH, environment={"PW": "hunter2"})

    assert isinstance(source.settings, SqlSettings)
    assert source.settings.url == "postgresql://r:hunter2@h/db"
    assert "hunter2" not in repr(source)


def test_an_object_says_what_it_is_without() -> None:
    text = """
sources:
  crm:
    connector: sql
    url: sqlite:///a.db
    objects: {people: {keys: [id], table: PERSON, deletes: reconcile, without: [fax]}}
"""
    (source,) = parse_sources(text, PATH, environment={})

    assert isinstance(source.settings, SqlSettings)
    assert (source.settings.tables[0].table, source.settings.tables[0].deletes) == (
        "PERSON",
        Deletes.RECONCILE,
    )
    assert source.let_go("people") == {"fax"}


@pytest.mark.parametrize("text", ["", "sources: []", "sources: {a: [", "- x"])
def test_a_file_without_sources_is_refused(text: str) -> None:
    with pytest.raises(SourcesFault):
        parse_sources(text, PATH, environment={})


def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourcesFault, match="concord demo"):
        read_sources(tmp_path)


def test_a_source_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnknownName, match="there is no source crm"):
        choose((), ["crm"])


def test_a_source_has_fifteen_minutes_unless_it_is_given_other() -> None:
    text = (
        "sources: {a: {connector: mail, folder: a}, b: {connector: mail, folder: b, time_limit_seconds: 60}}"
    )

    sources = parse_sources(text, PATH, environment={})

    assert [source.time_limit_seconds for source in sources] == [900, 60]
