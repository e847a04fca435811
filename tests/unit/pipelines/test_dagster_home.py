from pathlib import Path

import dagster as dg
import yaml

from pipelines.dagster_home import open_instance, prepare_dagster_home


def test_dagster_sends_nothing_and_runs_one_at_a_time(tmp_path: Path) -> None:
    with open_instance(tmp_path) as instance:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        queue = instance.get_concurrency_config().run_queue_config
        assert queue is not None
        assert queue.max_concurrent_runs == 1


def test_settings_that_somebody_changed_stay(tmp_path: Path) -> None:
    settings = prepare_dagster_home(tmp_path) / "dagster.yaml"
    changed = yaml.safe_load(settings.read_text(encoding="utf-8")) | {"telemetry": {"enabled": True}}
    settings.write_text(yaml.safe_dump(changed), encoding="utf-8")

    prepare_dagster_home(tmp_path)

    assert yaml.safe_load(settings.read_text(encoding="utf-8")) == changed


def test_what_one_process_stored_the_next_one_finds(tmp_path: Path) -> None:
    with open_instance(tmp_path) as instance:
        run = instance.create_run_for_job(_nothing)

    with open_instance(tmp_path) as instance:
        assert [found.run_id for found in instance.get_runs()] == [run.run_id]
    assert {path.name for path in tmp_path.iterdir()} == {"dagster"}


@dg.job(name="nothing")
def _nothing() -> None:
    """Does nothing."""
