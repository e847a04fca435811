import shutil
from pathlib import Path

import dagster as dg
import pytest

from pipelines.assets.home import HomeFolder
from pipelines.assets.sync import sync_assets
from pipelines.errors import NothingSynced
from pipelines.sync.sources import read_sources


def materialise(home: Path, source: str) -> dg.ExecuteInProcessResult:
    (chosen,) = [s for s in read_sources(home) if s.name == source]
    return dg.materialize([sync_assets([chosen])], resources={"home": HomeFolder(path=str(home))})


def test_every_object_is_counted_checked_and_proven(company: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(company, home)

    result = materialise(home, "itsm")

    made = {
        event.asset_key.to_user_string()
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }
    assert made == {
        f"raw_itsm/{name}" for name in ("organisations", "requesters", "tickets", "comments", "assets")
    }
    assert all(e.passed for e in result.get_asset_check_evaluations() if e.check_name == "source_answered")


def test_a_source_that_is_down_leaves_its_rows_and_says_why(copied: Path) -> None:
    (copied / "systems" / "itsm.db").write_bytes(b"this is no database")

    result = materialise(copied, "itsm")

    answered = [e for e in result.get_asset_check_evaluations() if e.check_name == "source_answered"]
    assert result.success
    assert answered
    assert not any(e.passed for e in answered)
    assert all(e.description for e in answered)


def test_a_source_that_never_answered_stops_the_flow(company: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(company, home)
    (home / "systems" / "itsm.db").write_bytes(b"this is no database")

    with pytest.raises(NothingSynced, match="was never synced"):
        materialise(home, "itsm")
