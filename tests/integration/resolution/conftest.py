"""One small run for all integration tests of resolution, made once, and copies of it to change."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.csv as pc
import pytest

from demo.sample import SAMPLE
from resolution.run import resolve

SOURCES = ("crm.csv", "erp.csv", "email.csv", "itsm.jsonl")


@pytest.fixture(scope="session")
def sample_files() -> list[Path]:
    return [SAMPLE / name for name in SOURCES]


@pytest.fixture(scope="session")
def sample_run(sample_files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of the bundled sample; read only."""
    return resolve(sample_files, out=tmp_path_factory.mktemp("sample") / "run").folder


@pytest.fixture
def own_run(sample_run: Path, tmp_path: Path) -> Path:
    """A copy of the sample's run, to change."""
    shutil.copytree(sample_run, tmp_path / "run", symlinks=True)
    return tmp_path / "run"


@pytest.fixture
def part_of(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes some rows of a CSV file, chosen by a seed, to a file of a given name."""

    def write(file: Path, name: str, *, share: float = 1.0, seed: int = 0) -> Path:
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        chosen = random.Random(seed).sample(lines[1:], round(share * (len(lines) - 1)))
        target = tmp_path / name
        target.write_text("".join([lines[0], *chosen]), encoding="utf-8")
        return target

    return write


@pytest.fixture(scope="session")
def clusters_in() -> Callable[[Path], set[frozenset[str]]]:
    """Return a function that reads the partition that a run's clusters.csv holds."""

    def read(run: Path) -> set[frozenset[str]]:
        table = pc.read_csv(run / "clusters.csv").to_pydict()
        members: dict[str, set[str]] = {}
        rows = zip(table["source"], table["source_id"], table["cluster_id"], strict=True)
        for source, source_id, golden_id in rows:
            members.setdefault(golden_id, set()).add(f"{source}:{source_id}")
        return {frozenset(group) for group in members.values()}

    return read
