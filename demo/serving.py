"""Serving the API and Dagster's pages of a home folder until Ctrl-C."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from rich.console import Console

import pipelines
from demo.api import demo_api
from demo.errors import NotServing
from pipelines.dagster_home import open_instance, prepare_dagster_home
from pipelines.definitions import HOME_VARIABLE
from pipelines.resuming import bury_served_runs
from pipelines.stepping_aside import Start

HOST = "127.0.0.1"
READY_WITHIN_SECONDS = 180  # half a minute on an idle machine
STOP_WITHIN_SECONDS = 20
LOG_FILE = "pages.log"
LOCK_FILE = "pages.lock"


def serve(home: Path, console: Console, *, start: Start = subprocess.Popen) -> None:
    """Serve until Ctrl-C, by processes that `start` starts.

    Raises:
        NotServing: the API or the pages did not come up.
    """
    with (
        console.status("starting the API and Dagster") as status,
        demo_api(home, port=_free_port(), start=start) as api,
        dagster_pages(home, start=start) as (address, server),
    ):
        status.stop()
        console.print()
        for line in api.what_to_try():
            console.print(line, soft_wrap=True, highlight=False)
        console.print(f"\nDagster: [bold]{address}[/bold]  (Ctrl-C ends it)", soft_wrap=True)
        for line in what_to_try(address, home):
            console.print(line, soft_wrap=True, highlight=False)
        _until_interrupted(server)


def what_to_try(address: str, home: Path) -> list[str]:
    """Return lines that tell a newcomer where to look."""
    return [
        f"  every step and table: {address}/assets, and the flow at {address}/asset-groups",
        f"  this run, second by second: {address}/runs",
        f"  the vectors as they follow: {address}/assets/publish/vectors; then"
        f" concord vectors search 'late delivery' --home {home}",
        *_without_pages(home),
    ]


def what_to_try_next(home: Path) -> list[str]:
    """Return lines that tell a newcomer what to do where no pages are served."""
    return [
        "What to try:",
        f"  embed what was published: concord vectors drain --home {home}; then"
        f" concord vectors search 'late delivery' --home {home}",
        *_without_pages(home),
        f"  the pages of all steps: concord demo --home {home}",
    ]


def _without_pages(home: Path) -> list[str]:
    return [
        f"  a golden record, by words of a name or an e-mail: concord show Schmidt --home {home}",
        f"  let a day pass, and see that only that moves: concord demo --next-day --no-serve --home {home}",
        f"  or change something in {home}/systems yourself, then: concord run --home {home}",
        f"  rows that could not be read: concord quarantine list --home {home}",
    ]


@contextmanager
def dagster_pages(
    home: Path, *, start: Start = subprocess.Popen
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run Dagster for a home folder on a free port while the block runs; yield its address and process.

    Raises:
        NotServing: it does not answer in time, or ended.
    """
    folder = prepare_dagster_home(home)
    port = _free_port()
    root = Path(str(pipelines.__file__)).parents[1]
    command = [sys.executable, "-m", "dagster", "dev", "-m", "pipelines.definitions", "-d", str(root)]
    environment = {**os.environ, "DAGSTER_HOME": str(folder), HOME_VARIABLE: str(home.absolute())}
    with _as_first_pages(home), (folder / LOG_FILE).open("wb") as log:
        server = start(
            [*command, "-h", HOST, "-p", str(port)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop all of them
        )
        try:
            address = f"http://{HOST}:{port}"
            if not _is_ready(address, server):
                raise NotServing(folder / LOG_FILE)
            yield address, server
        finally:
            _stop(server)


@contextmanager
def _as_first_pages(home: Path) -> Iterator[None]:
    """Hold the lock of a home folder's pages; who gets it ends the runs that earlier pages left behind."""
    with (prepare_dagster_home(home) / LOCK_FILE).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # others serve this folder, and what they started is alive
            yield
            return
        with open_instance(home) as instance:
            bury_served_runs(instance)
        yield


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_ready(address: str, server: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + READY_WITHIN_SECONDS
    asking = build_opener(ProxyHandler({}))  # a proxy of the environment does not know this machine's ports
    while time.monotonic() < until and server.poll() is None:
        try:
            with asking.open(f"{address}/server_info", timeout=5):
                return True
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
    return False


def _until_interrupted(server: subprocess.Popen[bytes]) -> None:
    try:
        server.wait()
    except KeyboardInterrupt:
        return


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the server and what it started; what does not go in time is killed."""
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGINT)
        try:
            server.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    with suppress(ProcessLookupError):  # nothing is left
        os.killpg(server.pid, signal.SIGKILL)
