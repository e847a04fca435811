import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap

from pipelines.assets.groups import Group
from pipelines.assets.vectors import VECTORS, VECTORS_JOB
from pipelines.definitions import JOB, build_definitions


@pytest.fixture(scope="module")
def definitions(company: Path) -> dg.Definitions:
    return build_definitions(company)


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> list[dg.AssetSpec]:
    graph = definitions.resolve_asset_graph()
    return [spec for spec in definitions.resolve_all_asset_specs() if graph.get(spec.key).is_executable]


def test_all_definitions_load_and_can_be_sent_to_the_pages(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)

    assert dg.serialize_value(RepositorySnap.from_def(definitions.get_repository_def()))


def test_every_asset_says_what_it_is_who_answers_and_where_it_stands(specs: list[dg.AssetSpec]) -> None:
    lacking = [s.key for s in specs if not (s.description and s.owners and s.kinds and s.group_name)]

    assert lacking == []
    assert {spec.group_name for spec in specs} == {group.value for group in Group}


def test_groups_follow_the_flow(definitions: dg.Definitions) -> None:
    order = [group.value for group in Group]
    before = {"publish", "resolution"}  # golden_membership is resolution's table that publish writes
    graph = definitions.resolve_asset_graph()
    backwards = [
        (parent.to_user_string(), key.to_user_string())
        for key in graph.executable_asset_keys
        for parent in graph.get(key).parent_keys
        if (here := graph.get(key).group_name) and (there := graph.get(parent).group_name)
        and there in order and order.index(there) > order.index(here) and {here, there} != before
    ]  # fmt: skip

    assert backwards == []


def test_every_table_that_a_model_reads_is_made_by_an_asset(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()

    assert sorted(key.to_user_string() for key in graph.external_asset_keys) == []


def test_there_is_a_job_a_schedule_and_a_sensor(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()

    assert repository.has_job(JOB)
    assert [schedule.name for schedule in repository.schedule_defs] == ["daily"]
    assert sorted(sensor.name for sensor in repository.sensor_defs) == [
        "source_changes",
        "vectors_follow",
        "waiting_decisions",
    ]


def test_a_run_neither_waits_for_the_vectors_nor_fails_with_them(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()

    assert VECTORS not in repository.get_job(JOB).asset_layer.executable_asset_keys
    assert repository.get_job(VECTORS_JOB).asset_layer.executable_asset_keys == {VECTORS}


def test_loading_definitions_opens_nothing_and_loads_no_model(tmp_path: Path) -> None:
    """In a process of its own: this one has loaded everything."""
    code = (
        "import sys; from pathlib import Path; from pipelines.definitions import build_definitions\n"
        "build_definitions(Path(sys.argv[1])).get_repository_def()\n"
        "print(*sorted(set(sys.argv[2:]) & set(sys.modules)))"
    )
    slow = ("torch", "transformers", "sentence_transformers", "qdrant_client", "qdrant_edge", "pandas",
            "matplotlib")  # fmt: skip
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, str(tmp_path), *slow], capture_output=True, text=True, check=True
    )

    assert said.stdout.split() == []
    assert {path.name for path in tmp_path.iterdir()} == {"dbt"}  # the parsed models, and no database


def test_a_home_without_sources_has_definitions_too(company: Path, tmp_path: Path) -> None:
    shutil.copytree(company / "dbt", tmp_path / "dbt")  # the manifest, which belongs to no home

    assert build_definitions(tmp_path).get_repository_def().has_job(JOB)
