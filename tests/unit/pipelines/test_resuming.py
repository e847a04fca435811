from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster import DagsterRunStatus

from pipelines.resuming import IN_PROCESS, RESUME_WITHIN, Remainder, bury_dead_runs, remainder

JOB = "pipeline"
FIRST, SECOND, THIRD = (dg.AssetKey(name) for name in ("first", "second", "third"))


class Flow:
    """Three assets in a row, of which those in `broken` fail."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.broken: set[str] = set()

        def make(name: str) -> None:
            if name in self.broken:
                raise dg.Failure(f"{name} is broken")

        @dg.asset
        def first() -> None:
            make("first")

        @dg.asset(deps=[first])
        def second() -> None:
            make("second")

        @dg.asset(deps=[second])
        def third() -> None:
            make("third")

        job = dg.define_asset_job(JOB, executor_def=dg.in_process_executor)
        definitions = dg.Definitions(assets=[first, second, third], jobs=[job])
        self.job = definitions.resolve_job_def(JOB)

    def run(self, left: Remainder | None = None) -> str:
        """Run all, or what was left, and return the id of the run."""
        tags = {"dagster/parent_run_id": left.run_id, "dagster/root_run_id": left.root_run_id} if left else {}
        return self.job.execute_in_process(
            instance=self.instance,
            asset_selection=list(left.assets) if left else None,
            tags=tags,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        ).run_id

    def left(self, *, after: timedelta = timedelta(0)) -> Remainder | None:
        """Return what is left, some time from now."""
        return remainder(self.instance, self.job, now=datetime.now(UTC) + after)


@pytest.fixture
def flow() -> Iterator[Flow]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Flow(instance)


def test_a_run_goes_on_at_the_step_that_failed_until_all_is_made(flow: Flow) -> None:
    flow.broken = {"second"}
    run = flow.run()

    left = flow.left()
    flow.broken = set()
    flow.run(left)

    assert left == Remainder(run, run, (SECOND, THIRD))
    assert flow.left() is None


def test_a_run_that_failed_again_at_its_first_step_goes_on_from_there(flow: Flow) -> None:
    flow.broken = {"second"}
    first = flow.run()

    second = flow.run(flow.left())

    assert flow.left() == Remainder(second, first, (SECOND, THIRD))


@pytest.mark.parametrize("broken", [set(), {"first"}], ids=["all made", "nothing made"])
def test_a_run_that_left_all_or_nothing_is_followed_by_a_new_one(broken: set[str], flow: Flow) -> None:
    flow.broken = broken

    flow.run()

    assert flow.left() is None


def test_what_was_synced_more_than_a_day_ago_is_synced_anew(flow: Flow) -> None:
    flow.broken = {"second"}
    flow.run()

    assert flow.left(after=RESUME_WITHIN - timedelta(minutes=1)) is not None
    assert flow.left(after=RESUME_WITHIN + timedelta(minutes=1)) is None


def test_the_day_begins_with_the_run_that_synced_however_often_it_was_taken_up(flow: Flow) -> None:
    flow.broken = {"second"}
    flow.run()
    synced = flow.instance.get_run_records()[0].create_timestamp
    flow.broken = {"third"}
    flow.run(flow.left())

    assert flow.left() is not None
    a_day_later = synced + RESUME_WITHIN + timedelta(microseconds=1)
    assert remainder(flow.instance, flow.job, now=a_day_later) is None


def test_only_runs_that_held_the_lock_are_reported_dead(flow: Flow) -> None:
    ours, theirs = (
        flow.instance.create_run_for_job(flow.job, status=DagsterRunStatus.STARTED, tags=tags)
        for tags in (IN_PROCESS, {})
    )

    bury_dead_runs(flow.instance, JOB)

    status = {run.run_id: run.status for run in flow.instance.get_runs()}
    assert status == {ours.run_id: DagsterRunStatus.FAILURE, theirs.run_id: DagsterRunStatus.STARTED}
