import os
from pathlib import Path

import duckdb
import pytest

from pipelines.assets.dbt_runs import WAREHOUSE_VARIABLE, build, prepare_manifest
from pipelines.errors import DbtFault

PROFILE = """
concord:
  target: here
  outputs:
    here: {type: duckdb, path: "{{ env_var('CONCORD_WAREHOUSE') }}", threads: 1}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A dbt project of one model that works, one that does not, and one that needs it."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(
        "name: small\nversion: '1.0'\nprofile: concord\n", encoding="utf-8"
    )
    (folder / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    for name, sql in {
        "good": "select 1 as id",
        "bad": "select nothing",
        "late": "from {{ ref('bad') }}",
    }.items():
        (folder / "models" / f"{name}.sql").write_text(sql, encoding="utf-8")
    return folder


def test_every_model_is_told_of_and_the_warehouse_is_free_again(project: Path, tmp_path: Path) -> None:
    before = os.environ.get(WAREHOUSE_VARIABLE)

    results = {r.unique_id: r for r in build(tmp_path, "fqn:*", project=project)}

    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        assert connection.execute("from good").fetchall() == [(1,)]
    assert {name: result.status for name, result in results.items()} == {
        "model.small.good": "success",
        "model.small.bad": "error",
        "model.small.late": "skipped",
    }
    assert "nothing" in results["model.small.bad"].message
    assert os.environ.get(WAREHOUSE_VARIABLE) == before


def test_the_manifest_is_made_anew_only_after_a_change(project: Path, tmp_path: Path) -> None:
    manifest = prepare_manifest(tmp_path, project=project)
    made = manifest.stat().st_mtime_ns
    assert prepare_manifest(tmp_path, project=project).stat().st_mtime_ns == made

    later = manifest.stat().st_mtime + 5
    os.utime(project / "models" / "good.sql", (later, later))

    assert prepare_manifest(tmp_path, project=project).stat().st_mtime_ns > made


def test_a_project_that_cannot_be_parsed_says_why(project: Path, tmp_path: Path) -> None:
    (project / "models" / "good.sql").write_text("{% if %}", encoding="utf-8")

    with pytest.raises(DbtFault, match="dbt parse could not run"):
        prepare_manifest(tmp_path, project=project)
