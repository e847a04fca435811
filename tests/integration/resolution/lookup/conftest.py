"""The run of the bundled sample with sixty records held out, and the snapshot of the others."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FIXTURES = Path(__file__).parents[3] / "fixtures"
COUNT = 60


def fixture_module(name: str) -> ModuleType:
    """Return a module of tests/fixtures."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, FIXTURES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def hold_out() -> Any:
    """Return a function that holds records of a run out; see tests/fixtures/held_out.py."""
    given_records = fixture_module("given_rows").given_records

    def held(run: Path, files: list[Path], folder: Path, *, count: int) -> Any:
        return fixture_module("held_out").hold_out(
            run / "current", files, folder, count=count, given_records=given_records
        )

    return held


@pytest.fixture(scope="session")
def held_out(
    hold_out: Any, sample_run: Path, sample_files: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    return hold_out(sample_run, sample_files, tmp_path_factory.mktemp("held"), count=COUNT)
