"""Dagster itself takes half a minute to come up; a program that answers like it stands in for it."""

import json
import os
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from rich.console import Console

import pipelines
from context_api.settings import open_home
from demo.errors import NotServing
from demo.serving import HOST, dagster_pages, serve, what_to_try, what_to_try_next
from pipelines.dagster_home import open_instance
from pipelines.resuming import IN_PROCESS

ANSWERING = f"""#!{sys.executable}
import http.server, json, os, pathlib, subprocess, sys, time
helper = subprocess.Popen(["sleep", "60"])
said = {{"arguments": sys.argv[1:], "environment": dict(os.environ), "helper": helper.pid}}
if "dagster" in sys.argv:
    pathlib.Path(os.environ["DAGSTER_HOME"], "said.json").write_text(json.dumps(said))
class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path in ("/server_info", "/healthz") else 404)
        self.end_headers()
with http.server.HTTPServer((sys.argv[-3], int(sys.argv[-1])), Pages) as server:
    server.handle_request()
time.sleep(0.5)
"""
FAILING = "#!/bin/sh\necho no module named so\nexit 3\n"


def stand_in(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a program run in place of the interpreter that would run Dagster."""
    file = folder / "interpreter"
    file.write_text(program, encoding="utf-8")
    file.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(file))


def said_to(home: Path) -> dict[str, Any]:
    """What the program that stood in was called with."""
    said: dict[str, Any] = json.loads((home / "dagster" / "said.json").read_text(encoding="utf-8"))
    return said


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_dagster_serves_the_definitions_of_this_home_folder_here_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(ANSWERING, tmp_path, monkeypatch)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")  # nothing listens there
    monkeypatch.chdir(tmp_path)

    with dagster_pages(Path("home")) as (address, _):
        said = said_to(tmp_path / "home")

    port = address.rpartition(":")[2]
    root = Path(str(pipelines.__file__)).parents[1]
    assert address == f"http://127.0.0.1:{port}"
    assert said["arguments"] == (
        f"-m dagster dev -m pipelines.definitions -d {root} -h {HOST} -p {port}".split()
    )
    assert said["environment"]["DAGSTER_HOME"] == str(tmp_path / "home" / "dagster")
    assert said["environment"]["CONCORD_HOME"] == str(tmp_path / "home")
    assert said["environment"]["PATH"] == os.environ["PATH"]


def test_two_homes_are_served_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(ANSWERING, tmp_path, monkeypatch)

    with dagster_pages(tmp_path / "a") as (one, _), dagster_pages(tmp_path / "b") as (other, _):
        assert one != other


def test_what_dagster_started_ends_with_it_though_dagster_ended_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(ANSWERING, tmp_path, monkeypatch)

    with dagster_pages(tmp_path) as (_, server):
        server.wait()
        helper = said_to(tmp_path)["helper"]
        was_running = is_running(helper)

    assert was_running
    until = time.monotonic() + 5
    while is_running(helper) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_running(helper)


def test_a_dagster_that_ends_at_once_is_reported_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(FAILING, tmp_path, monkeypatch)

    with pytest.raises(NotServing, match=r"pages\.log"), dagster_pages(tmp_path):
        pass

    log = tmp_path / "dagster" / "pages.log"
    assert log.read_text(encoding="utf-8") == "no module named so\n"


def test_once_the_pages_are_up_nothing_says_that_they_are_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONCORD_STORE_URL", raising=False)
    open_home(tmp_path, is_new=True)[0].dispose()
    stand_in(ANSWERING, tmp_path, monkeypatch)
    shown, started = StringIO(), []

    def start(command: list[str], **options: Any) -> "subprocess.Popen[bytes]":
        started.append(command[2])
        return subprocess.Popen(command, **options)  # noqa: S603

    serve(tmp_path, Console(file=shown, force_terminal=True, width=300, _environ={}), start=start)

    assert started == ["concord", "dagster"]  # nothing that serves is started otherwise
    before, _, after = shown.getvalue().partition("Ctrl-C ends it")
    assert "starting the API and Dagster" in before
    assert "starting the API" not in after
    assert what_to_try("http://x", tmp_path)[-1] in after
    assert "curl -H 'Authorization: Bearer ck_" in before


def test_runs_that_closed_pages_left_behind_end_when_pages_are_served_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(ANSWERING, tmp_path, monkeypatch)
    with open_instance(tmp_path) as instance:
        started = dg.DagsterRunStatus.STARTED
        left = instance.add_run(dg.DagsterRun(job_name="vectors", status=started))
        ours = instance.add_run(dg.DagsterRun(job_name="pipeline", status=started, tags=IN_PROCESS))

        with dagster_pages(tmp_path):
            found = [instance.get_run_by_id(run.run_id) for run in (left, ours)]
            late = instance.add_run(dg.DagsterRun(job_name="vectors", status=started))
            with dagster_pages(tmp_path):  # other pages of the same folder
                alive = instance.get_run_by_id(late.run_id)

    canceled = dg.DagsterRunStatus.CANCELED
    assert [run.status for run in found if run is not None] == [canceled, started]
    assert alive is not None
    assert alive.status is started


def test_without_pages_a_newcomer_is_told_what_to_do_next() -> None:
    told = "\n".join(what_to_try_next(Path("home")))

    for command in ("vectors drain", "vectors search", "show", "demo --next-day", "quarantine list"):
        assert f"concord {command}" in told
