"""One run of everything, in this process: sync, model, resolve, publish, measure.

Dagster executes it and keeps runs, events and metadata under the home folder, so that its web pages show
the same. One run at a time per home folder; a run that failed or was killed is taken up where it ended.
"""

import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
from dagster import DagsterEvent, DagsterEventType, DagsterExecutionInterruptedError
from dagster_shared.error import SerializableErrorInfo

from pipelines.dagster_home import open_instance
from pipelines.definitions import JOB, build_definitions
from pipelines.errors import RunFailed, RunInProgress
from pipelines.resuming import IN_PROCESS, PARENT_TAG, ROOT_TAG, Remainder, bury_dead_runs, remainder

LOCK_FILE = "run.lock"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}  # events are in Dagster's pages
Progress = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check that did not pass: of which asset, how bad, and what it found."""

    asset: str
    name: str
    severity: str
    description: str


@dataclass(slots=True)
class RunReport:
    """What a run did: seconds by step in order of their ends, and the checks that did not pass.

    `resumed_from` is the run whose remaining steps these were; `loading_seconds` is what definitions took.
    """

    run_id: str
    resumed_from: str | None = None
    loading_seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    failed_checks: list[FailedCheck] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Return the seconds of all steps."""
        return sum(self.steps.values())


def run_pipeline(
    home: Path, *, from_start: bool = False, progress: Progress = lambda _step, _seconds: None
) -> RunReport:
    """Run everything once; `progress` is told a step's name as it begins, and its seconds as it ends.

    Raises:
        RunInProgress: another process runs the pipeline on this home folder.
        RunFailed: a step failed; the next run goes on from it, unless `from_start`.
        SourcesFault: sources.yml is missing or at fault.
    """
    begun = time.perf_counter()
    with _only_one(home), open_instance(home) as instance:
        job = build_definitions(home).resolve_job_def(JOB)
        bury_dead_runs(instance, JOB)
        left = None if from_start else remainder(instance, job)
        report = RunReport(str(uuid.uuid4()), left.run_id if left else None)
        report.loading_seconds = time.perf_counter() - begun
        instance.add_event_listener(report.run_id, _listener(report, progress))
        try:
            result = job.execute_in_process(
                instance=instance,
                run_id=report.run_id,
                run_config=QUIET,
                tags=_tags(left),
                asset_selection=list(left.assets) if left else None,
                raise_on_error=False,
            )
        except DagsterExecutionInterruptedError as error:
            raise KeyboardInterrupt from error
        _refuse_failure(result, home)
    return report


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        message = f"another process runs the pipeline on {home}; wait for it to end, or stop it"
        raise RunInProgress(message) from error
    finally:
        os.close(descriptor)  # gives the lock back


def _tags(left: Remainder | None) -> dict[str, str]:
    if left is None:
        return dict(IN_PROCESS)
    return {**IN_PROCESS, PARENT_TAG: left.run_id, ROOT_TAG: left.root_run_id}


def _listener(report: RunReport, progress: Progress) -> Callable[[Any], None]:
    def hear(entry: Any) -> None:
        event: DagsterEvent | None = entry.dagster_event
        if event is None or event.step_key is None:
            return
        step = event.step_key.replace("__", "/")
        if event.event_type is DagsterEventType.STEP_START:
            progress(step, None)
        elif event.event_type is DagsterEventType.STEP_SUCCESS:
            report.steps[step] = event.step_success_data.duration_ms / 1000
            progress(step, report.steps[step])
        elif event.event_type is DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed:
                report.failed_checks.append(
                    FailedCheck(
                        evaluation.asset_key.to_user_string(),
                        evaluation.check_name,
                        evaluation.severity.value.lower(),
                        evaluation.description or "",
                    )
                )

    return hear


def _refuse_failure(result: dg.ExecuteInProcessResult, home: Path) -> None:
    for event in result.all_events:
        if event.is_step_failure and event.step_key is not None:
            raise RunFailed(event.step_key.replace("__", "/"), _reason(event), home=home)
    if not result.success:
        raise RunFailed("before the first", "Dagster could not begin; see its log", home=home)


def _reason(event: DagsterEvent) -> str:
    """Return what the step itself said, without Dagster's frame around it."""
    failure = event.step_failure_data
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return str(failure.user_failure_data.description)
    framed = failure.error
    error = framed.cause if framed is not None and framed.cause is not None else framed
    if error is None:
        return "no reason given"
    return " ".join(error.message.split()).removeprefix(_module_of(error))


def _module_of(error: SerializableErrorInfo) -> str:
    """Return `module.Class: ` as it stands before the message of an error."""
    head, colon, _ = error.message.partition(": ")
    return f"{head}: " if colon and head.split(".")[-1] == error.cls_name else ""
