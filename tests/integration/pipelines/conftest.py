"""Copies of the one finished run, to be changed, and questions to warehouses."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from finished_run import FinishedRun


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
