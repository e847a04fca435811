"""Connected databases as live sources: which records are asked of which object."""

import re
from pathlib import Path

import pytest
from company_systems import change

from pipelines.live import live_objects, live_sources
from pipelines.sync.demo_sources import demo_sources

MODELS = Path(__file__).parents[3] / "dbt" / "models"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "sources.yml").write_text(demo_sources(), encoding="utf-8")
    (tmp_path / "systems").mkdir()
    desk = tmp_path / "systems" / "itsm.db"
    change(desk, "create table requesters (user_id text primary key, display_name text)")
    change(desk, "insert into requesters values (?, ?)", [("U1", "Ann"), ("U2", "Bob")])
    return tmp_path


def test_a_home_without_sources_has_none(tmp_path: Path) -> None:
    assert live_sources(tmp_path) == ()


def test_the_databases_of_a_company_can_be_asked_for_their_records(home: Path) -> None:
    found = {source.source: source for source in live_sources(home)}

    (record,) = found["itsm"].fetch(["itsm:requester:U1", "itsm:requester:gone", "itsm:team:1", "crm:x:1"], 1)

    assert found.keys() == {"crm", "erp", "itsm"}  # mailboxes know no records
    assert (record.record_id, record.values["display_name"]) == ("itsm:requester:U1", "Ann")


def test_the_words_of_record_ids_are_those_of_the_models() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(MODELS.rglob("*.sql")))
    made = set(re.findall(r"'(\w+):(\w+):' \|\|", text))

    assert {(source, word) for source, words in live_objects().items() for word in words} <= made
