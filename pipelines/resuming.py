"""Where a run that did not end is taken up again: at the first step that did not succeed.

Every step rewrites what it writes whole, or stores it with its cursor, so the step that was cut off is
repeated, and nothing before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterEventType, DagsterRun, DagsterRunStatus

IN_PROCESS = {"concord/runner": "in-process"}  # tag of the runs that hold the lock of a home folder
PARENT_TAG, ROOT_TAG = "dagster/parent_run_id", "dagster/root_run_id"  # as Dagster's pages know them
RESUME_WITHIN = timedelta(hours=24)  # past it, what was synced is older than a daily run would be
UNFINISHED = (DagsterRunStatus.STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.NOT_STARTED)
FAILED = (DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)


@dataclass(frozen=True, slots=True)
class Remainder:
    """What is left of a run that did not end: its id, its root, and the assets not yet made."""

    run_id: str
    root_run_id: str
    assets: tuple[dg.AssetKey, ...]


def bury_dead_runs(instance: dg.DagsterInstance, job: str) -> None:
    """Report runs as failed whose process died; the caller holds the lock that each of them held."""
    filters = dg.RunsFilter(job_name=job, statuses=list(UNFINISHED), tags=IN_PROCESS)
    for run in instance.get_runs(filters):
        instance.report_run_failed(run, "the process that ran it is gone")


def bury_served_runs(instance: dg.DagsterInstance) -> None:
    """Report runs as canceled that Dagster's pages started and that ended with them.

    While one counts as running, the queue starts no other. The caller knows that no pages are served.
    """
    for run in instance.get_runs(dg.RunsFilter(statuses=list(UNFINISHED))):
        if not IN_PROCESS.items() <= run.tags.items():
            instance.report_run_canceled(run, message="the pages that started it were closed")


def remainder(
    instance: dg.DagsterInstance, job: dg.JobDefinition, *, now: datetime | None = None
) -> Remainder | None:
    """Return what the last run of the job left undone, None when it ended well or began too long ago."""
    runs = instance.get_run_records(dg.RunsFilter(job_name=job.name), limit=1)
    if not runs or runs[0].dagster_run.status not in FAILED:
        return None
    run = runs[0].dagster_run
    root = run.get_root_run_id() or run.run_id  # of the tags: the field of that name stays empty in process
    begun = instance.get_run_record_by_id(root) or runs[0]
    if (now or datetime.now(UTC)) - begun.create_timestamp > RESUME_WITHIN:
        return None
    made_by = assets_by_step(job)
    wanted = run.asset_selection or frozenset(key for keys in made_by.values() for key in keys)
    made = {key for step in succeeded(instance, run) for key in made_by.get(step, ())}
    left = sorted(wanted - made, key=str)
    is_begun = root != run.run_id or made & wanted
    if not left or not is_begun:
        return None  # all is made, or nothing: a new run
    return Remainder(run.run_id, root, tuple(left))


def assets_by_step(job: dg.JobDefinition) -> Mapping[str, frozenset[dg.AssetKey]]:
    """Return the assets that each step of a job makes; steps that only check make none."""
    layer = job.asset_layer
    steps: dict[str, set[dg.AssetKey]] = {}
    for key in layer.executable_asset_keys:
        steps.setdefault(layer.get_op_output_handle(key).node_handle.name, set()).add(key)
    return {step: frozenset(keys) for step, keys in steps.items()}


def succeeded(instance: dg.DagsterInstance, run: DagsterRun) -> frozenset[str]:
    """Return the steps of a run that succeeded."""
    events = instance.all_logs(run.run_id, of_type=DagsterEventType.STEP_SUCCESS)
    return frozenset(event.step_key for event in events if event.step_key)
