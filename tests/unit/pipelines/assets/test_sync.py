from pathlib import Path

import dagster as dg
import pytest
from fake_source import source_named

from pipelines.assets.groups import OWNERS, Group
from pipelines.assets.home import HomeFolder
from pipelines.assets.sync import ANSWERED, PROVEN, STEP, sync_assets
from pipelines.connectors.files import FilesObject, FilesSettings
from pipelines.connectors.mail import MailSettings
from pipelines.connectors.sql import SqlSettings
from pipelines.errors import NothingSynced
from pipelines.sync.progress import listening
from pipelines.sync.sources import Settings, Source

PEOPLE = FilesObject("people", "people.csv", ("id",))
EXPORTS = Source("shop", FilesSettings("exports", (PEOPLE,)), ("people",))


@pytest.fixture
def export(home: HomeFolder) -> Path:
    """The only file of source `shop`."""
    file = home.root / "exports" / "people.csv"
    file.parent.mkdir()
    file.write_text("id,name\n1,Ann\n2,Bo\n")
    return file


def _sync(home: HomeFolder) -> tuple[dict[str, bool], dict[str, object]]:
    """Sync once; return which checks passed, and what the catalogue is told."""
    run = dg.materialize([sync_assets([EXPORTS])], resources={"home": home})
    (event,) = run.asset_materializations_for_node(STEP)
    passed = {check.check_name: check.passed for check in run.get_asset_check_evaluations()}
    return passed, {name: value.value for name, value in event.metadata.items()}


def test_each_object_of_a_source_is_an_asset_with_two_checks() -> None:
    definition = sync_assets([source_named("crm")])

    (spec,) = definition.specs
    assert spec.key == dg.AssetKey(["raw_crm", "people"])
    assert (spec.group_name, spec.owners) == (Group.SYNC.value, [OWNERS[Group.SYNC]])
    assert {(check.asset_key, check.name) for check in definition.check_specs} == {
        (spec.key, ANSWERED),
        (spec.key, PROVEN),
    }


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        pytest.param(SqlSettings("sqlite://", ()), "sql", id="a database"),
        pytest.param(FilesSettings("exports", ()), "file", id="files"),
        pytest.param(MailSettings("mail"), "email", id="mail"),
    ],
)
def test_the_catalogue_shows_of_what_kind_a_source_is(settings: Settings, kind: str) -> None:
    (spec,) = sync_assets([Source("crm", settings, ("people",))]).specs

    assert spec.kinds == {kind, "dlt", "duckdb"}


@pytest.mark.usefixtures("export")
def test_a_sync_tells_its_rows_and_that_they_are_proven(home: HomeFolder) -> None:
    passed, told = _sync(home)

    assert passed == {ANSWERED: True, PROVEN: True}
    assert told["dagster/row_count"] == 2
    assert told["rows upserted"] == 2


def test_a_source_that_is_down_keeps_its_rows_and_fails_its_checks(home: HomeFolder, export: Path) -> None:
    _sync(home)
    export.unlink()
    export.parent.rmdir()

    passed, told = _sync(home)

    assert passed == {ANSWERED: False, PROVEN: False}
    assert told["dagster/row_count"] == 2
    assert "is not there" in str(told["error"])


def test_a_source_that_never_answered_stops_what_would_be_built_on_it(home: HomeFolder) -> None:
    with pytest.raises(NothingSynced, match=r"shop\.people was never synced"):
        _sync(home)


@pytest.mark.usefixtures("export")
def test_what_the_others_brought_is_told_before_the_step_fails(home: HomeFolder) -> None:
    away = Source("away", FilesSettings("nowhere", (PEOPLE,)), ("people",))

    run = dg.materialize([sync_assets([away, EXPORTS])], resources={"home": home}, raise_on_error=False)

    (event,) = run.asset_materializations_for_node(STEP)
    assert event.asset_key == dg.AssetKey(["raw_shop", "people"])
    assert not run.success


@pytest.mark.usefixtures("export")
def test_whoever_began_the_run_hears_how_far_the_sync_is(home: HomeFolder) -> None:
    heard = []

    with listening(lambda *report: heard.append(report)):
        _sync(home)

    assert ("shop", "people", 2, 2) in heard
