"""Seconds and peak memory by step, and a progress bar for people who wait."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

MEGABYTE = 1024 if sys.platform != "darwin" else 1024 * 1024  # ru_maxrss is in KiB, on macOS in bytes


@dataclass(slots=True)
class Stopwatch:
    """Measures named steps; shows them as they go when given a number of steps and a terminal."""

    total: int = 0
    steps: list[dict[str, object]] = field(default_factory=list)
    _bar: Progress | None = None
    _task: TaskID | None = None

    @contextmanager
    def running(self, *, is_shown: bool) -> Iterator["Stopwatch"]:
        """Show a progress bar on stderr while the block runs."""
        if not is_shown:
            yield self
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            self._bar, self._task = bar, bar.add_task("starting", total=self.total)
            yield self

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure one step."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=name)
        start = time.perf_counter()
        yield
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MEGABYTE
        self.steps.append(
            {"step": name, "seconds": round(time.perf_counter() - start, 3), "peak_mb": int(peak)}
        )
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task)
