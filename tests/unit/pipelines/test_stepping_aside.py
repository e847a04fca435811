"""Each in a process of its own: niceness that was given up cannot be taken back."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from context_api.errors import FaultySettings
from pipelines.stepping_aside import AUTOGROUP, stepping_aside

HERE = os.getpriority(os.PRIO_PROCESS, 0)
NICE = "int(subprocess.run(['nice'], capture_output=True, check=True).stdout)"
TOLD = f"""
import json, os, subprocess, sys, threading
from pipelines.stepping_aside import AUTOGROUP, starting_in_front, stepping_aside
def nice():
    return os.getpriority(os.PRIO_PROCESS, 0)
def group():
    return int(AUTOGROUP.read_text().split()[-1]) if AUTOGROUP.exists() else None
told = {{"group before": group()}}
with starting_in_front() as start:
    with stepping_aside(is_all_we_do=False):
        told["run"], told["group"] = nice(), group()
        thread = threading.Thread(target=lambda: told.update(thread=nice()))
        thread.start(); thread.join()
        told["started"] = {NICE}
    served = start(["nice"], stdout=subprocess.PIPE)
    told["served"] = int(served.communicate()[0])
told["group after"] = group()
print(json.dumps(told))
"""


def told_by(script: str, **variables: str) -> dict[str, Any]:
    """Return what a script in a session of its own says."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), **variables},
        stdout=subprocess.PIPE,
        check=True,
        start_new_session=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.skipif(sys.platform != "linux", reason="niceness belongs to threads on Linux alone")
def test_a_run_steps_aside_with_all_that_it_starts_and_what_serves_afterwards_does_not() -> None:
    told = told_by(TOLD, CONCORD_RUN_NICENESS="7")

    lower = max(HERE, 7)
    assert (told["run"], told["thread"], told["started"]) == (lower, lower, lower)
    assert told["served"] == HERE


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this kernel weighs no sessions")
def test_its_session_steps_aside_while_it_runs_and_no_longer() -> None:
    told = told_by(TOLD, CONCORD_RUN_NICENESS="7")

    assert (told["group before"], told["group"], told["group after"]) == (0, 7, 0)


def test_a_run_may_keep_its_priority() -> None:
    told = told_by(TOLD, CONCORD_RUN_NICENESS="0")

    assert {told["run"], told["thread"], told["started"], told["served"]} == {HERE}


def test_a_niceness_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCORD_RUN_NICENESS", "-5")

    with pytest.raises(FaultySettings, match="CONCORD_RUN_NICENESS"), stepping_aside():
        pass
