"""A small demo company whose whole pipeline ran once, for all processes that test at the same time.

Tests that change something take a copy.
"""

import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

from demo.home import prepare_home
from pipelines.assets.dbt_runs import prepare_manifest
from pipelines.run import RunReport, run_pipeline

PARTIES = 150
Made = TypeVar("Made")


@dataclass(frozen=True)
class FinishedRun:
    """A home folder and the report of the one run on it."""

    home: Path
    report: RunReport


def _made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """Return what `make` made in a folder of that name, by whichever process came first."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    made = folder / "made.pickle"
    with FileLock(f"{folder}.lock"):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of an attempt that failed
            folder.mkdir()
            made.write_bytes(pickle.dumps(make(folder / "home")))
    found: Made = pickle.loads(made.read_bytes())  # noqa: S301 - written above
    return found


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a company and nothing made of it but the manifest of the models; read only."""

    def make(home: Path) -> Path:
        prepare_home(home, parties=PARTIES)
        prepare_manifest(home)  # parsed once for all copies
        return home

    return _made_once(tmp_path_factory, "company", make)


@pytest.fixture(scope="session")
def finished(company: Path, tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """The company after one run; read only."""

    def make(home: Path) -> FinishedRun:
        shutil.copytree(company, home)
        return FinishedRun(home, run_pipeline(home))

    return _made_once(tmp_path_factory, "finished", make)


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
