"""When the pipeline runs by itself: daily, when a source shows other data, when a decision waits for it."""

import json
from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)  # not exported

from context_api.store.deciding import waiting_changes
from context_api.store.engine import reading
from pipelines import warehouse
from pipelines.assets.changes import Cursors, Seen, look
from pipelines.assets.home import HomeFolder
from pipelines.errors import NoWarehouse, WarehouseLocked
from pipelines.sync.sources import read_sources
from pipelines.vectors.errors import NoStore
from pipelines.vectors.following import existing_store

DAILY = "0 4 * * *"  # UTC, after the nightly jobs of most systems and before the working day in Europe
LOOK_EVERY_SECONDS = 60
MOST_NAMED = 10  # decisions in a run's tag


def daily_schedule(job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Return the schedule that runs everything once a day; people switch it on."""
    return dg.ScheduleDefinition(
        name="daily",
        job=job,
        cron_schedule=DAILY,
        execution_timezone="UTC",
        description="Everything once a day, at 04:00 UTC.",
    )


def change_sensor(job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Return the sensor that runs everything when a source has changed; people switch it on."""

    @dg.sensor(
        name="source_changes",
        job=job,
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        description="Runs everything when a source shows other data than at the last look. No row is moved to"
        " find out: files by time and size, databases elsewhere by count and what follows the cursor.",
    )
    def source_changes(
        context: dg.SensorEvaluationContext, home: HomeFolder
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        before = _before(context.cursor)
        try:
            cursors = _cursors(home)
        except WarehouseLocked as error:
            yield dg.SkipReason(f"asked again at the next look: {error}")
            return
        found = look(
            read_sources(home.root), before, home=home.root, open_connector=home.connector, cursors=cursors
        )
        context.update_cursor(json.dumps(found.seen))
        if found.changed:
            # No run key: a source may go back to what it showed before, and a run too many changes nothing.
            yield dg.RunRequest(tags={"concord/changed": ",".join(found.changed)})
            return
        down = "".join(f"; {name} did not answer: {why}" for name, why in found.unanswered.items())
        yield dg.SkipReason(f"no source changed{down}")

    return source_changes


def decision_sensor(job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Return the sensor that runs everything when decisions wait for a publish; people switch it on."""

    @dg.sensor(
        name="waiting_decisions",
        job=job,
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        description="Runs everything when a steward's decision waits for the next publish, because too many"
        " records are tied to it to settle them at once. It asks once for each decision; should the run fail,"
        " run it again once it is mended.",
    )
    def waiting_decisions(
        context: dg.SensorEvaluationContext, home: HomeFolder
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        try:
            waiting = _waiting(home)
        except NoStore as error:
            yield dg.SkipReason(str(error))
            return
        if not waiting:
            yield dg.SkipReason("no decision waits")
            return
        if waiting[-1] <= int(context.cursor or 0):
            yield dg.SkipReason(f"a run was asked for already; decisions that wait: {len(waiting)}")
            return
        context.update_cursor(str(waiting[-1]))
        yield dg.RunRequest(tags={"concord/decisions": ",".join(map(str, waiting[:MOST_NAMED]))})

    return waiting_decisions


def _waiting(home: HomeFolder) -> tuple[int, ...]:
    engine = existing_store(home.root)
    try:
        with reading(engine) as connection:
            return waiting_changes(connection, home.tenant_id)
    finally:
        engine.dispose()


def _before(cursor: str | None) -> dict[str, Seen]:
    found: dict[str, Any] = json.loads(cursor or "{}")
    # Up to version 0.1.0 the cursor held a text for each source: such a look is as good as none.
    return {name: seen for name, seen in found.items() if isinstance(seen, dict)}


def _cursors(home: HomeFolder) -> Cursors:
    try:
        with warehouse.connect(home.root, read_only=True, purpose="looking for changes") as connection:
            rows = connection.execute("select source, object, cursor_json from sync.cursors").fetchall()
    except NoWarehouse:
        return {}
    return {(source, name): json.loads(cursor) for source, name, cursor in rows}
