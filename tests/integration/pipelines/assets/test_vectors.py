"""The vectors as an asset: they follow what was published, and what befalls them befalls nothing else."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData  # not exported
from sqlalchemy import Engine

from context_api.settings import open_home
from context_api.store.sealing import Sealer
from pipelines.assets.home import HomeFolder
from pipelines.assets.vectors import SAME_POINTS, VECTORS, VECTORS_JOB, vectors, vectors_sensor
from pipelines.vectors import embedding
from pipelines.vectors.lock import drain_lock
from pipelines.vectors.store_outbox import StoreOutbox
from tests.integration.conftest import load_fixture

A = "crm:contact:1"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HomeFolder:
    for name in ("QDRANT_URL", "CONCORD_STORE_URL", "CONCORD_STORE_KEY"):
        monkeypatch.delenv(name, raising=False)
    small = load_fixture("killed_drain")
    monkeypatch.setattr(embedding, "DIMENSIONS", small.DIMENSIONS)
    monkeypatch.setattr("pipelines.vectors.opening.DIMENSIONS", small.DIMENSIONS)
    monkeypatch.setattr(embedding, "_load", lambda: small.small_embedding)
    (tmp_path / "home").mkdir()
    return HomeFolder(path=str(tmp_path / "home"))


@pytest.fixture
def store(home: HomeFolder, warehouse: Any) -> Iterator[tuple[Engine, Sealer]]:
    """The store of the home folder, with one published version."""
    engine, sealer = open_home(home.root, is_new=True)
    warehouse.tell()
    warehouse.activity("erp:order:1", [A], title="A pump")
    warehouse.publish(engine, sealer)
    yield engine, sealer
    engine.dispose()


def follow(home: HomeFolder, instance: dg.DagsterInstance | None = None) -> dg.ExecuteInProcessResult:
    job = dg.define_asset_job(VECTORS_JOB, selection=[VECTORS])
    definitions = dg.Definitions(assets=[vectors], jobs=[job], resources={"home": home})
    return definitions.resolve_job_def(VECTORS_JOB).execute_in_process(
        instance=instance, raise_on_error=False
    )


def look(home: HomeFolder, instance: dg.DagsterInstance, cursor: str | None = None) -> SensorExecutionData:
    job = dg.define_asset_job(VECTORS_JOB, selection=[VECTORS])
    context = dg.build_sensor_context(instance=instance, cursor=cursor, resources={"home": home})
    return vectors_sensor(job).evaluate_tick(context)


def test_the_catalogue_is_told_rows_columns_time_and_that_index_and_store_are_one(
    home: HomeFolder, store: tuple[Engine, Sealer]
) -> None:
    run = follow(home)

    (event,) = run.asset_materializations_for_node("embed")
    told = {name: value.value for name, value in event.metadata.items()}
    (check,) = run.get_asset_check_evaluations()
    assert told["dagster/row_count"] == told["points written"] == 5
    assert told["rows still pending"] == 0
    assert {"dagster/column_schema", "seconds", "texts embedded"} <= set(told)
    assert (check.check_name, check.passed) == (SAME_POINTS, True)
    assert StoreOutbox(store[0]).count_pending() == 0


def test_what_is_gone_at_its_source_is_gone_from_the_index(
    home: HomeFolder, store: tuple[Engine, Sealer], warehouse: Any
) -> None:
    follow(home)
    warehouse.deleted.add(A)
    warehouse.publish(*store)

    run = follow(home)

    (event,) = run.asset_materializations_for_node("embed")
    assert event.metadata["points removed"].value == 1
    assert event.metadata["dagster/row_count"].value == 4
    assert [check.passed for check in run.get_asset_check_evaluations()] == [True]


def test_an_index_that_holds_something_else_fails_the_check_and_names_it(
    home: HomeFolder, store: tuple[Engine, Sealer], warehouse: Any
) -> None:
    follow(home)
    earlier = home.root / "kept"
    shutil.copytree(home.root / "vectors", earlier)
    warehouse.activity("erp:order:2", [A], title="A valve")
    warehouse.publish(*store)
    follow(home)
    shutil.rmtree(home.root / "vectors")
    earlier.rename(home.root / "vectors")  # an older index, restored from a backup

    run = follow(home)

    (check,) = run.get_asset_check_evaluations()
    assert run.success
    assert not check.passed
    assert "erp:order:2" in str(check.description)
    assert "concord vectors rebuild" in str(check.description)


def test_a_failure_leaves_what_is_pending_and_says_what_to_do(
    home: HomeFolder, store: tuple[Engine, Sealer], warehouse: Any
) -> None:
    follow(home)
    shutil.rmtree(home.root / "vectors")
    warehouse.activity("erp:order:2", [A], title="A valve")
    warehouse.publish(*store)

    run = follow(home)

    (failure,) = [event for event in run.all_events if event.is_step_failure]
    assert "concord vectors rebuild" in str(failure.step_failure_data.user_failure_data)
    assert StoreOutbox(store[0]).count_pending() == 1


@pytest.mark.usefixtures("store")
def test_the_sensor_asks_while_something_is_pending_and_no_longer(home: HomeFolder) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        first = look(home, instance)
        follow(home, instance)
        then = look(home, instance, first.cursor)

    assert len(first.run_requests or ()) == 1
    assert not then.run_requests
    assert then.skip_message == "the vectors show all that is published"


def test_a_run_that_failed_is_asked_for_again_once_something_else_is_published(
    home: HomeFolder, store: tuple[Engine, Sealer], warehouse: Any
) -> None:
    follow(home)
    shutil.rmtree(home.root / "vectors")  # no run can go on from there
    warehouse.activity("erp:order:2", [A], title="A valve")
    warehouse.publish(*store)
    with dg.DagsterInstance.ephemeral() as instance:
        cursor = look(home, instance).cursor
        assert not follow(home, instance).success

        same = look(home, instance, cursor)
        warehouse.activity("erp:order:3", [A], title="A pump")
        warehouse.publish(*store)
        other = look(home, instance, cursor)

    assert not same.run_requests
    assert "failed on the same rows" in str(same.skip_message)
    assert len(other.run_requests or ()) == 1


@pytest.mark.usefixtures("store")
def test_while_a_run_is_at_it_no_other_is_asked_for(home: HomeFolder) -> None:
    job = dg.define_asset_job(VECTORS_JOB, selection=[VECTORS])
    definitions = dg.Definitions(assets=[vectors], jobs=[job], resources={"home": home})
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(
            definitions.resolve_job_def(VECTORS_JOB), status=dg.DagsterRunStatus.STARTED
        )

        found = look(home, instance)

    assert not found.run_requests
    assert run.run_id in str(found.skip_message)


def test_where_nothing_was_published_the_sensor_makes_no_store(home: HomeFolder) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        found = look(home, instance)

    assert "publish once" in str(found.skip_message)
    assert list(home.root.iterdir()) == []


def test_only_what_may_pass_by_itself_is_tried_again(home: HomeFolder, store: tuple[Engine, Sealer]) -> None:
    with drain_lock(home.root), pytest.raises(dg.Failure) as busy:
        list(vectors(home=home))  # type: ignore[call-overload]  # Dagster types a call as object
    (home.root / "vectors" / "embeddings.db").write_bytes(b"no database" * 1000)
    with pytest.raises(dg.Failure, match="delete it") as damaged:
        list(vectors(home=home))  # type: ignore[call-overload]

    assert busy.value.allow_retries
    assert not damaged.value.allow_retries
    assert StoreOutbox(store[0]).count_pending() == 5
