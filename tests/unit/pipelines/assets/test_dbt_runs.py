import json
import os
from pathlib import Path

import duckdb
import pytest

from pipelines.assets.dbt_runs import WAREHOUSE_VARIABLE, NodeResult, build, prepare_manifest
from pipelines.assets.home import HomeFolder
from pipelines.errors import DbtFault


def _models(manifest: Path) -> set[str]:
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    return {name for name in nodes if name.startswith("model.")}


def test_a_build_tells_of_every_model_and_of_failed_tests(home: HomeFolder, project: Path) -> None:
    (project / "models" / "bad.sql").write_text("select nothing")
    (project / "models" / "late.sql").write_text("from {{ ref('bad') }}")

    found = {result.unique_id.split(".")[2]: result for result in build(home.root, "fqn:*", project=project)}

    built, tested = found["parties"], found["not_null_parties_name"]
    assert (built.status, built.is_success) == ("success", True)
    assert (tested.status, tested.is_success, tested.failures) == ("fail", False, 1)
    assert (found["bad"].status, found["late"].status) == ("error", "skipped")
    assert "nothing" in found["bad"].message


def test_a_build_leaves_the_warehouse_and_the_environment_as_they_were(
    home: HomeFolder, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WAREHOUSE_VARIABLE, "elsewhere.duckdb")
    before = dict(os.environ)

    build(home.root, "parties", project=project)

    assert dict(os.environ) == before
    with duckdb.connect(str(home.warehouse), config={"threads": 1}) as connection:  # refused where dbt has it
        assert connection.execute("select count(name) from main_staging.parties").fetchone() == (1,)


def test_an_unchanged_project_is_not_parsed_again(home: HomeFolder, project: Path) -> None:
    first = prepare_manifest(home.root, project=project).stat().st_mtime_ns

    assert prepare_manifest(home.root, project=project).stat().st_mtime_ns == first


def test_a_model_that_was_taken_away_is_not_in_the_next_manifest(home: HomeFolder, project: Path) -> None:
    (project / "models" / "places.sql").write_text("select 1 as id")
    before = _models(prepare_manifest(home.root, project=project))
    (project / "models" / "places.sql").unlink()

    after = _models(prepare_manifest(home.root, project=project))

    assert before - after == {"model.small.places"}


def test_a_project_at_fault_is_named_with_the_reason(home: HomeFolder, project: Path) -> None:
    (project / "models" / "parties.sql").write_text("select * from {{ ref('nowhere') }}")

    with pytest.raises(DbtFault, match="a node named 'nowhere' which was not found"):
        prepare_manifest(home.root, project=project)


@pytest.mark.parametrize(
    ("status", "is_success"), [("success", True), ("pass", True), ("warn", False), ("skipped", False)]
)
def test_only_what_was_built_or_passed_is_a_success(status: str, is_success: bool) -> None:
    assert NodeResult("test.small.names", status, 0.1, "", 0).is_success is is_success
