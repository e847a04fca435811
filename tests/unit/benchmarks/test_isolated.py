import sys

import pytest

from benchmarks.isolated import CommandFailed, run, run_python


def test_output_seconds_and_peak_of_a_command_are_its_own() -> None:
    code = "import time; held = bytearray(80_000_000); time.sleep(0.2); print(len(held))"

    spent = run([sys.executable, "-c", code])

    assert spent.output == "80000000\n"
    assert spent.seconds >= 0.2
    assert spent.cpu_seconds > 0
    assert spent.peak_mb > 76


def test_a_failed_command_shows_its_last_lines() -> None:
    with pytest.raises(CommandFailed, match="nothing to do"):
        run([sys.executable, "-c", "raise SystemExit('nothing to do')"])


def test_modules_are_found_from_the_top_of_the_repository() -> None:
    assert "usage: python -m benchmarks.economy" in run_python("benchmarks.economy", "--help").output
