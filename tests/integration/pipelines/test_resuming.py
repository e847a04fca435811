from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from pipelines.resuming import IN_PROCESS, bury_dead_runs, remainder


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def job(*, is_broken: bool) -> dg.JobDefinition:
    """Three assets in a row; the second one fails when it is broken."""

    @dg.asset
    def first() -> None:
        return None

    @dg.asset(deps=[first])
    def second() -> None:
        if is_broken:
            raise dg.Failure("broken")

    @dg.asset(deps=[second])
    def third() -> None:
        return None

    made = dg.define_asset_job("all_three", selection=dg.AssetSelection.all())
    return dg.Definitions(assets=[first, second, third], jobs=[made]).resolve_job_def("all_three")


def test_what_did_not_succeed_is_left(instance: dg.DagsterInstance) -> None:
    run = job(is_broken=True).execute_in_process(instance=instance, raise_on_error=False)

    left = remainder(instance, job(is_broken=False))

    assert left is not None
    assert left.run_id == run.run_id
    assert [key.to_user_string() for key in left.assets] == ["second", "third"]


def test_a_resumed_run_that_fails_again_leaves_what_it_did_not_make(instance: dg.DagsterInstance) -> None:
    first = job(is_broken=True).execute_in_process(instance=instance, raise_on_error=False)
    left = remainder(instance, job(is_broken=True))
    assert left is not None
    job(is_broken=True).execute_in_process(
        instance=instance, raise_on_error=False, asset_selection=list(left.assets),
        tags={"dagster/parent_run_id": first.run_id, "dagster/root_run_id": first.run_id},
    )  # fmt: skip

    again = remainder(instance, job(is_broken=False))

    assert again is not None
    assert [key.to_user_string() for key in again.assets] == ["second", "third"]


def test_nothing_is_left_of_a_run_that_ended_well_or_long_ago(instance: dg.DagsterInstance) -> None:
    job(is_broken=True).execute_in_process(instance=instance, raise_on_error=False)
    assert remainder(instance, job(is_broken=False), now=datetime.now(UTC) + timedelta(days=2)) is None

    job(is_broken=False).execute_in_process(instance=instance)
    assert remainder(instance, job(is_broken=False)) is None


def test_a_run_whose_process_died_is_reported_as_failed(instance: dg.DagsterInstance) -> None:
    run = instance.create_run_for_job(
        job(is_broken=False), tags=dict(IN_PROCESS), status=dg.DagsterRunStatus.STARTED
    )

    bury_dead_runs(instance, "all_three")

    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    assert found.status is dg.DagsterRunStatus.FAILURE
