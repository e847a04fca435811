"""A job as Dagster's own processes execute it, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg

from pipelines.definitions import build_definitions
from pipelines.run_executor import run_executor

JOB = """
import json, os
import dagster as dg
from pipelines.run_executor import run_executor

nices = []

@dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
def look():
    nices.append(os.getpriority(os.PRIO_PROCESS, 0))
    if len(nices) == 1:
        raise RuntimeError("once")

@dg.job(executor_def=run_executor)
def looking():
    look()

if __name__ == "__main__":
    in_process = looking.execute_in_process(raise_on_error=False).success
    before, nices[:] = list(nices), []
    with dg.DagsterInstance.ephemeral() as instance:
        import a_job
        success = dg.execute_job(dg.reconstructable(a_job.looking), instance).success
    print(json.dumps([before, a_job.nices, success and in_process]))
"""


def test_a_run_of_a_process_of_its_own_steps_aside_and_tries_steps_again(tmp_path: Path) -> None:
    (tmp_path / "a_job.py").write_text(JOB, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[3])])
    here = os.getpriority(os.PRIO_PROCESS, 0)

    done = subprocess.run(  # noqa: S603
        [sys.executable, str(tmp_path / "a_job.py")],
        env={**os.environ, "PYTHONPATH": path, "CONCORD_RUN_NICENESS": "6"},
        stdout=subprocess.PIPE,
        check=True,
        start_new_session=True,
    )

    lower = max(here, 6)
    assert json.loads(done.stdout) == [[here, here], [lower, lower], True]


def test_every_job_is_executed_so(tmp_path: Path) -> None:
    definitions = build_definitions(tmp_path)

    jobs = [definitions.resolve_job_def(name) for name in ("pipeline", "vectors")]
    assert [job.executor_def for job in jobs] == [run_executor, run_executor]
    assert isinstance(run_executor, dg.ExecutorDefinition)
