from pathlib import Path

import pytest

from pipelines.assets.home import HomeFolder

PROJECT = """
name: small
version: "1.0"
profile: small
model-paths: [models]
models:
  small:
    +schema: staging
"""
PROFILES = """
small:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: "{{ env_var('CONCORD_WAREHOUSE') }}"
      threads: 1
"""
TESTS = """
models:
  - name: parties
    description: Everyone we know.
    config: {schema: staging}
    columns:
      - name: name
        description: What they are called.
        data_tests: [not_null]
"""


@pytest.fixture
def home(tmp_path: Path) -> HomeFolder:
    """An empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return HomeFolder(path=str(folder))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A dbt project of one model, `parties`, of which one of two names is missing, and its test."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILES)
    (folder / "models" / "parties.yml").write_text(TESTS)
    (folder / "models" / "parties.sql").write_text("select 'Ann' as name union all select null")
    return folder
