from pathlib import Path

import yaml

from pipelines.dagster_home import open_instance, prepare_dagster_home


def test_nothing_is_sent_and_one_run_goes_at_a_time(tmp_path: Path) -> None:
    settings = yaml.safe_load((prepare_dagster_home(tmp_path) / "dagster.yaml").read_text("utf-8"))

    assert settings["telemetry"]["enabled"] is False
    assert settings["run_coordinator"]["config"]["max_concurrent_runs"] == 1


def test_settings_that_somebody_changed_stay(tmp_path: Path) -> None:
    path = prepare_dagster_home(tmp_path) / "dagster.yaml"
    path.write_text("telemetry: {enabled: false}\n", encoding="utf-8")

    prepare_dagster_home(tmp_path)

    assert path.read_text("utf-8") == "telemetry: {enabled: false}\n"


def test_the_instance_keeps_its_runs_in_the_home_folder(tmp_path: Path) -> None:
    with open_instance(tmp_path) as instance:
        assert instance.root_directory == str(tmp_path / "dagster")
        assert not instance.telemetry_enabled
