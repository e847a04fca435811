"""What tests of every tier share: a small complete run, made without the engine."""

import importlib.util
from pathlib import Path

import pytest

pytest_plugins = ["finished_run"]
MAKER = Path(__file__).parent / "fixtures" / "synthetic_run.py"


@pytest.fixture(scope="session")
def synthetic_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with state.duckdb, model.json and run.json; read only."""
    spec = importlib.util.spec_from_file_location("synthetic_run", MAKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder: Path = module.write_synthetic_run(tmp_path_factory.mktemp("run"))
    return folder
