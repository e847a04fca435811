from pathlib import Path

import pytest

from benchmarks.renaming import MOST_COPIES
from benchmarks.resolve_speed import COPIES, main


def test_every_number_of_copies_can_be_made() -> None:
    assert list(COPIES) == list(range(1, MOST_COPIES + 1))


def test_without_data_it_says_what_to_give(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    assert "--data" in capsys.readouterr().out
