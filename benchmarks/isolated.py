"""One command in a process of its own, with the seconds it took and the most memory it held.

Each side of a comparison gets a fresh process, so that neither inherits the other's caches, threads or
memory. The process that calls must itself stay small: the kernel counts a child's memory from the moment
it is forked, so everything heavy here runs in children.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).parents[1]
_PER_MB = 2**20 if sys.platform == "darwin" else 2**10  # ru_maxrss is in bytes there, in KiB elsewhere
_LAST_LINES = 12


class CommandFailed(Exception):
    """A measured command ended with an error; the message holds its last lines."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command printed, how long it ran and the most memory (resident set) that it held.

    `cpu_seconds` are those of all its threads; they say the same on a busy machine as on an idle one.
    """

    output: str
    seconds: float
    cpu_seconds: float
    peak_mb: float


def run_python(module: str, *arguments: str | Path) -> Spent:
    """Run `python -m module arguments…` at the top of the repository.

    Raises:
        CommandFailed: The command did not end with exit code 0.
    """
    return run([sys.executable, "-m", module, *map(str, arguments)])


def run(command: Sequence[str]) -> Spent:
    """Run a command and wait for its end.

    Raises:
        CommandFailed: The command did not end with exit code 0.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own modules and data folders
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=_environment()
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = [_text(file) for file in (output, errors)]
    if process.returncode:
        last = "\n".join((texts[1] or texts[0]).splitlines()[-_LAST_LINES:])
        raise CommandFailed(f"{' '.join(command[1:4])} … ended with {process.returncode}:\n{last}")
    return Spent(texts[0], seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _PER_MB)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
