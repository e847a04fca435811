"""The walls hold, and would notice a breach."""

import subprocess
import sys
from pathlib import Path

import pytest

BREACHES = {
    "up-the-staircase": ("resolution/domain/breach.py", "import concord\n"),
    "domain-imports-ours": ("resolution/domain/breach.py", "import resolution.files\n"),
    "web-in-resolution": ("resolution/files/breach.py", "import fastapi\n"),
    "splink-outside-matching": ("resolution/files/breach.py", "import splink\n"),
    "typer-inside-a-room": ("resolution/files/breach.py", "import typer\n"),
    "loader-in-a-connector": ("pipelines/connectors/breach.py", "import dlt\n"),
    "engine-in-the-domain": ("resolution/domain/breach.py", "import duckdb\n"),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the packages of a folder."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = {"PYTHONPATH": str(folder), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)  # noqa: S603


@pytest.fixture
def copy_of_the_code(root: Path, python_files: list[Path], tmp_path: Path) -> Path:
    """The code alone, so that a breach can be tried."""
    for path in [*python_files, Path("pyproject.toml")]:
        if path.parts[0] not in ("tests", "benchmarks"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes((root / path).read_bytes())
    return tmp_path


def test_every_import_keeps_to_its_walls(copy_of_the_code: Path) -> None:
    result = lint_imports(copy_of_the_code)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("module", "text"), BREACHES.values(), ids=BREACHES)
def test_a_breach_is_noticed(copy_of_the_code: Path, module: str, text: str) -> None:
    (copy_of_the_code / module).write_text(text, encoding="utf-8")

    assert lint_imports(copy_of_the_code).returncode != 0
