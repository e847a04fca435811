"""A small demo company whose whole pipeline ran once; tests that change something take a copy."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.home import prepare_home
from pipelines.assets.dbt_runs import prepare_manifest
from pipelines.run import RunReport, run_pipeline

PARTIES = 150


@dataclass(frozen=True)
class FinishedRun:
    """A home folder and the report of the one run on it."""

    home: Path
    report: RunReport


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a company and nothing made of it but the manifest of the models; read only."""
    home = tmp_path_factory.mktemp("company") / "home"
    prepare_home(home, parties=PARTIES)
    prepare_manifest(home)  # parsed once for all copies
    return home


@pytest.fixture(scope="session")
def finished(company: Path, tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """The company after one run; read only."""
    home = tmp_path_factory.mktemp("finished") / "home"
    shutil.copytree(company, home)
    return FinishedRun(home, run_pipeline(home))


@pytest.fixture
def copied(finished: FinishedRun, tmp_path: Path) -> Path:
    """A copy of the company after one run, to be changed."""
    home = tmp_path / "home"
    shutil.copytree(finished.home, home, ignore=shutil.ignore_patterns("dagster"))
    return home


@pytest.fixture
def query() -> Callable[[Path, str], list[tuple[object, ...]]]:
    """Ask the warehouse of a home folder."""
    from pipelines.warehouse import connect

    def ask(home: Path, sql: str) -> list[tuple[object, ...]]:
        with connect(home, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return ask
