import gc
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE_ENDINGS = {
    ".py",
    ".toml",
    ".md",
    ".yml",
    ".yaml",
    ".sql",
    ".html",
    ".css",
    ".js",
    ".lock",
    ".csv",
    ".jsonl",
}


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file that git tracks or would track, relative to the top of the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return sorted(Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file())


@pytest.fixture(scope="session", autouse=True)
def _nothing_left_over() -> None:
    """Free what other tests left: Python 3.11 cannot parse while something that is freed logs an error."""
    gc.collect()


@pytest.fixture(scope="session")
def python_files(tracked: list[Path]) -> list[Path]:
    """Every Python file of the repository."""
    return [path for path in tracked if path.suffix == ".py"]


@pytest.fixture(scope="session")
def texts(tracked: list[Path]) -> dict[Path, str]:
    """The text of every file that people write or read."""
    written = [p for p in tracked if p.suffix in SOURCE_ENDINGS or p.name in {"Makefile", "LICENSE", "run"}]
    return {path: (ROOT / path).read_text(encoding="utf-8", errors="replace") for path in written}
