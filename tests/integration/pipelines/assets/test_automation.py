import sqlite3
from contextlib import closing
from pathlib import Path

import dagster as dg
from dagster._core.definitions.sensor_definition import SensorExecutionData

from pipelines.assets.home import HomeFolder
from pipelines.definitions import build_definitions


def look(home: Path, cursor: str | None) -> SensorExecutionData:
    sensor = build_definitions(home).get_repository_def().get_sensor_def("source_changes")
    context = dg.build_sensor_context(cursor=cursor, resources={"home": HomeFolder(path=str(home))})
    return sensor.evaluate_tick(context)


def test_the_sensor_asks_for_a_run_when_a_source_changed_and_only_then(copied: Path) -> None:
    first = look(copied, None)
    assert len(first.run_requests or []) == 1

    second = look(copied, first.cursor)
    assert second.run_requests == []
    assert "no source changed" in str(second.skip_message)

    with closing(sqlite3.connect(copied / "systems" / "crm.db")) as database, database:
        database.execute("update contacts set job_title = 'Chair' where id = (select min(id) from contacts)")
    third = look(copied, second.cursor)
    assert [request.tags["concord/changed"] for request in third.run_requests or []] == ["crm"]
