import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData

from context_api.settings import open_home
from context_api.settling import Ruling, decide
from context_api.store import components
from context_api.store.decisions import Verdict
from pipelines.assets.home import HomeFolder
from pipelines.definitions import build_definitions

A, C = "crm:contact:1", "itsm:requester:3"
DECISIONS = "waiting_decisions"


def look(home: Path, cursor: str | None, *, sensor_name: str = "source_changes") -> SensorExecutionData:
    sensor = build_definitions(home).get_repository_def().get_sensor_def(sensor_name)
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


def test_a_decision_that_waits_asks_for_one_run_and_none_once_it_is_settled(
    tmp_path: Path, warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(components, "MOST_RECORDS", 1)  # whatever is decided is too much to settle at once
    assert "concord run" in str(look(tmp_path, None, sensor_name=DECISIONS).skip_message)
    engine, sealer = open_home(tmp_path, is_new=True)
    warehouse.tell()
    warehouse.publish(engine, sealer)
    assert look(tmp_path, None, sensor_name=DECISIONS).skip_message == "no decision waits"

    decide(engine, sealer, Ruling(A, C, Verdict.MATCH, "ana", "I know"), now=warehouse.now)
    asked = look(tmp_path, None, sensor_name=DECISIONS)
    again = look(tmp_path, asked.cursor, sensor_name=DECISIONS)
    warehouse.publish(engine, sealer)
    settled = look(tmp_path, asked.cursor, sensor_name=DECISIONS)
    engine.dispose()

    assert [request.tags["concord/decisions"] for request in asked.run_requests or []] == ["1"]
    assert "asked for already" in str(again.skip_message)
    assert settled.skip_message == "no decision waits"
