import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.home import prepare_home

ROOT = Path(__file__).parents[3]
PARTIES = 300


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company, with which the command goes on: what it writes by itself is ten times as large."""
    home = tmp_path_factory.mktemp("demo") / "home"
    prepare_home(home, parties=PARTIES)
    return home


@pytest.fixture(scope="module")
def shown(home: Path) -> str:
    """What `concord demo --no-serve` prints, run once for all tests of this file."""
    command = [sys.executable, "-m", "concord", "demo", "--home", str(home), "--no-serve"]
    result = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env={**os.environ, "COLUMNS": "200"}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize(
    "words",
    ["crm", "erp", "itsm", "email", "golden records, person", "links, probabilistic", "pairs for review",
     "precision", "recall", "truth.csv", "quarantined", "publish/analyst_copy"],
)  # fmt: skip
def test_the_summary_names_what_came_in_what_was_found_and_how_good_it_is(words: str, shown: str) -> None:
    assert words in shown


def test_what_it_names_is_there(shown: str, home: Path) -> None:
    for name in ("systems", "analyst.duckdb"):
        assert str(home / name) in shown
        assert (home / name).exists()
