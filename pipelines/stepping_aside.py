"""Runs step aside for what serves: they go on at a lower priority on the CPU.

Priority is given up in two places. Threads are weighed by their niceness; but many a Linux desktop shares a
CPU between sessions first (autogroups), and weighs niceness within a session alone, so that the session's
group steps aside too. Containers share by the weights of docker-compose.yml.

Niceness cannot be taken back without privileges. On Linux it belongs to one thread and to what that starts,
so a process that runs and then serves starts what serves from a thread that is older than the run.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from context_api.settings import read_settings

AUTOGROUP = Path("/proc/self/autogroup")  # reads `/autogroup-17 nice 0`; not there where it is switched off
TRIES, BETWEEN_SECONDS = 3, 0.2  # the kernel takes ten changes a second

Start: TypeAlias = "Callable[..., subprocess.Popen[bytes]]"


@contextmanager
def stepping_aside(*, is_all_we_do: bool = True) -> Iterator[None]:
    """Let the calling thread and what it starts come after what serves, by CONCORD_RUN_NICENESS.

    At the end the group of the session has its weight again, the thread has not. Where niceness is of whole
    processes (macOS), a process that will do something else afterwards keeps its own (`is_all_we_do` false).

    Raises:
        FaultySettings: A setting is at fault.
    """
    niceness = read_settings().run_niceness
    if sys.platform == "linux" or (sys.platform != "win32" and is_all_we_do):
        os.setpriority(os.PRIO_PROCESS, 0, max(niceness, os.getpriority(os.PRIO_PROCESS, 0)))
    group = _group_niceness()
    if group is None or group >= niceness:
        yield
        return
    _weigh_group(niceness)
    try:
        yield
    finally:
        _weigh_group(group)


@contextmanager
def starting_in_front() -> Iterator[Start]:
    """Yield what starts processes, as `subprocess.Popen` does, at the priority that this thread has now."""
    with ThreadPoolExecutor(1, thread_name_prefix="starting") as older:
        older.submit(int).result()  # its thread begins here

        def start(*command: Any, **options: Any) -> "subprocess.Popen[bytes]":
            started: Future[subprocess.Popen[bytes]] = older.submit(subprocess.Popen, *command, **options)
            return started.result()

        yield start


def _group_niceness() -> int | None:
    try:
        return int(AUTOGROUP.read_text("ascii").rpartition(" ")[2])
    except (OSError, ValueError):
        return None


def _weigh_group(niceness: int) -> None:
    """Set the niceness of the session's group; where the system does not want that, it stays as it is."""
    for _ in range(TRIES):
        try:
            AUTOGROUP.write_text(str(niceness), "ascii")
        except BlockingIOError:
            time.sleep(BETWEEN_SECONDS)
        except OSError:
            return
        else:
            return
