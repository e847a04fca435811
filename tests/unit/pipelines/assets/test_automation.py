import os
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData  # not exported

from pipelines import warehouse
from pipelines.assets.automation import change_sensor, daily_schedule
from pipelines.assets.home import HomeFolder

SOURCES = """
sources:
  exports:
    connector: files
    folder: exports
    objects:
      people: {files: people.csv, keys: [id]}
"""


@pytest.fixture
def export(home: HomeFolder) -> Path:
    """The only file of the only source."""
    (home.root / "sources.yml").write_text(SOURCES)
    file = home.root / "exports" / "people.csv"
    file.parent.mkdir()
    _write(file, at=1)
    return file


def _write(file: Path, *, at: int) -> None:
    file.write_text("id\n1\n")
    os.utime(file, ns=(at, at))


def _job() -> dg.JobDefinition:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def pipeline() -> None:
        nothing()

    return pipeline


def _tick(home: HomeFolder, cursor: str | None) -> SensorExecutionData:
    context = dg.build_sensor_context(cursor=cursor, resources={"home": home})
    return change_sensor(_job()).evaluate_tick(context)  # type: ignore[arg-type]  # a resolved job will do


@pytest.mark.usefixtures("export")
def test_a_run_is_asked_for_once_for_each_change(home: HomeFolder) -> None:
    first = _tick(home, None)
    again = _tick(home, first.cursor)

    assert [request.tags["concord/changed"] for request in first.run_requests or ()] == ["exports"]
    assert again.run_requests == []
    assert again.skip_message == "no source changed"


def test_a_source_that_goes_back_to_what_it_was_has_changed_too(home: HomeFolder, export: Path) -> None:
    """Dagster starts no second run under a key that a run had before."""
    cursor, keys = None, []
    for at in (1, 2, 1):
        _write(export, at=at)
        found = _tick(home, cursor)
        cursor = found.cursor
        keys += [request.run_key for request in found.run_requests or ()]

    assert len(keys) == 3
    assert len({key for key in keys if key is not None}) == sum(key is not None for key in keys)


@pytest.mark.usefixtures("export")
def test_a_look_during_a_run_waits_for_the_next(home: HomeFolder) -> None:
    home.warehouse.touch()

    with warehouse.hold(home.root, purpose="scoring links"):
        found = _tick(home, "{}")

    assert found.run_requests == []
    assert "scoring links" in (found.skip_message or "")
    assert found.cursor == "{}"


def test_a_source_that_is_down_is_named_and_starts_nothing(home: HomeFolder, export: Path) -> None:
    seen = _tick(home, None).cursor
    export.unlink()
    export.parent.rmdir()

    found = _tick(home, seen)

    assert found.run_requests == []
    assert "exports did not answer" in (found.skip_message or "")


def test_nothing_runs_by_itself_before_somebody_switches_it_on() -> None:
    schedule, sensor = daily_schedule(_job()), change_sensor(_job())  # type: ignore[arg-type]

    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert sensor.default_status is dg.DefaultSensorStatus.STOPPED
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 4 * * *", "UTC")
