"""How far a sync is, for people: a bar for each object on a terminal, lines elsewhere.

What is done within two seconds shows nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TypeAlias

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

SHOWN_AFTER_SECONDS = 2.0
LINE_EVERY_SECONDS = 10.0
# source, object, rows read, rows there are
RowsRead: TypeAlias = Callable[[str, str, int, int | None], None]
Clock: TypeAlias = Callable[[], float]


def tell_nobody(_source: str, _object: str, _rows: int, _of: int | None) -> None:
    """Take a report of progress that nobody asked for."""


_listener: ContextVar[RowsRead] = ContextVar("listener", default=tell_nobody)


def listener() -> RowsRead:
    """Return who wants to hear of progress: whoever `listening` names, such as the command of a run."""
    return _listener.get()


@contextmanager
def listening(told: RowsRead) -> Iterator[None]:
    """Let `told` hear of every sync within the block, also those deep inside a run."""
    token = _listener.set(told)
    try:
        yield
    finally:
        _listener.reset(token)


class LateBars(Progress):
    """Bars that appear when their task has taken two seconds."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield the bars of tasks that take long."""
        late = [task for task in self.tasks if (task.elapsed or 0.0) >= SHOWN_AFTER_SECONDS]
        yield self.make_tasks_table(late)


class Bars:
    """Shows a running step, and of a sync each object, on a terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._lock = Lock()  # sources are read side by side

    def rows(self, source: str, name: str, rows: int, of: int | None) -> None:
        """Move the bar of an object; a changed-only read may end long before its end."""
        label = f"{source}.{name}"
        with self._lock:
            if label not in self._tasks:
                self._tasks[label] = self._progress.add_task(escape(label), total=of, rows="")
            shown = f"{rows:,} rows" if of is None else f"{rows:,} of {of:,} rows"
            self._progress.update(self._tasks[label], completed=rows, total=of, rows=shown)

    def step(self, name: str | None) -> None:
        """Show that a step has begun, or with None that it has ended, and its objects with it."""
        with self._lock:
            for task in self._tasks.values():
                self._progress.remove_task(task)
            self._tasks = {}
            if name is not None:
                self._tasks[name] = self._progress.add_task(escape(name), total=None, rows="")


class Lines:
    """Writes a line now and then for what takes long, where there is no terminal."""

    def __init__(self, console: Console, clock: Clock) -> None:
        self._console = console
        self._clock = clock
        self._due: dict[str, float] = {}
        self._lock = Lock()

    def rows(self, source: str, name: str, rows: int, of: int | None) -> None:
        """Write how far an object is, when it is time."""
        label, now = f"{source}.{name}", self._clock()
        with self._lock:
            if now < self._due.setdefault(label, now + SHOWN_AFTER_SECONDS):
                return
            self._due[label] = now + LINE_EVERY_SECONDS
        shown = f"{rows:,} rows" if of is None else f"{rows:,} of {of:,} rows"
        self._console.print(f"{escape(label)}: {shown}")

    def step(self, name: str | None) -> None:
        """Write nothing: whoever runs steps says how each ended."""


@contextmanager
def shown(console: Console, *, clock: Clock = time.monotonic) -> Iterator[Bars | Lines]:
    """Show progress while the block runs, as the console allows."""
    if not console.is_terminal:
        yield Lines(console, clock)
        return
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]}"),
        TimeElapsedColumn(),
    )  # fmt: skip
    with LateBars(*columns, console=console, transient=True, get_time=clock) as progress:
        yield Bars(progress)
