import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from demo.sample import SAMPLE, TRUTH
from resolution.evaluation import evaluate_run

MIN_F1 = 0.85  # well below what the sample reaches; a fall under it is a defect, not noise


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "home"


@pytest.fixture(scope="module")
def shown(home: Path) -> str:
    """What `concord demo` prints, run once for all tests of this file."""
    command = [sys.executable, "-m", "concord", "demo", "--home", str(home)]
    result = subprocess.run(  # noqa: S603
        command, env={**os.environ, "COLUMNS": "200"}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("source", ["crm", "erp", "itsm", "email"])
def test_every_source_is_shown(source: str, shown: str) -> None:
    assert source in shown


def test_expected_and_measured_quality_are_shown_side_by_side(shown: str) -> None:
    for word in ("precision", "recall", "expected", "measured"):
        assert word in shown


def test_the_report_it_names_is_there(shown: str, home: Path) -> None:
    assert str(home / "report.html") in shown
    assert (home / "report.html").is_file()


@pytest.mark.usefixtures("shown")
def test_the_bad_rows_of_the_sample_are_in_quarantine(home: Path) -> None:
    quarantined = [json.loads(line) for line in (home / "quarantine.jsonl").read_text("utf-8").splitlines()]

    assert {row["file"] for row in quarantined} == {"crm.csv", "erp.csv", "itsm.jsonl", "email.csv"}
    assert all(row["reason"] for row in quarantined)


@pytest.mark.usefixtures("shown")
def test_the_sample_is_resolved_well(home: Path) -> None:
    assert evaluate_run(home, SAMPLE / TRUTH).overall.pair_f1.value >= MIN_F1


@pytest.mark.usefixtures("shown")
def test_a_second_run_takes_the_place_of_the_first(home: Path) -> None:
    before = (home / "clusters.csv").read_bytes()

    command = [sys.executable, "-m", "concord", "demo", "--home", str(home)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603

    assert (home / "clusters.csv").read_bytes() == before
