"""The match snapshot that a process has open: opened in the background, changed when a version is published.

Opening reads every byte once, to see that it is whole, and the first look-up compiles what the others use:
seconds, in which nobody is kept waiting. While a newer snapshot is being opened the last one answers.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from context_api.errors import MatchUnavailable
from resolution.domain.errors import SnapshotError, SnapshotNotFound

if TYPE_CHECKING:
    from resolution.lookup.looking_up import Lookup

SUFFIX = ".snapshot"  # as pipelines/publish_snapshot.py writes it; a test holds them equal
WAIT_SECONDS = 0.7  # for a snapshot that is being opened; an answer takes a second at most
RETRY_SECONDS = 5.0  # until one that could not be opened is tried again
SAID = {
    "opening": "the match snapshot is being opened; ask again in a moment",
    "missing": "the match snapshot is missing; `concord run` writes it anew",
    "damaged": "the match snapshot cannot be used; `concord run` writes it anew",
}


@dataclass(frozen=True, slots=True)
class OpenSnapshot:
    """A snapshot that is open: of which version it is, and the file it was."""

    version: int
    lookup: "Lookup"
    file: tuple[int, int]


@dataclass(slots=True)
class _Opening:
    version: int
    ended: Event


class MatchSnapshots:
    """The snapshots of a folder, one of them open at a time; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._open: OpenSnapshot | None = None
        self._opening: _Opening | None = None
        self._fault: tuple[int, str, float] | None = None  # version, state, when to try again

    def of(self, version: int) -> OpenSnapshot:
        """Return the snapshot of a version, or the one before it while that is being opened.

        Raises:
            MatchUnavailable: It is missing, damaged, or the first one and not open yet.
        """
        opening = self._begin(version)
        if opening is not None:
            opening.ended.wait(WAIT_SECONDS)
        with self._lock:
            if self._fault is not None and self._fault[0] == version:
                state = self._fault[1]
                raise MatchUnavailable(SAID[state], state=state)
            if self._open is None:
                raise MatchUnavailable(SAID["opening"], state="opening")
            return self._open

    def warm_up(self) -> None:
        """Begin to open the newest snapshot of the folder, where there is one."""
        numbers = [int(path.stem) for path in self._folder.glob(f"*{SUFFIX}") if path.stem.isdigit()]
        if numbers:
            self._begin(max(numbers))

    def advice(self) -> str | None:
        """Return what is wrong with the snapshot that was asked for last, None when nothing is."""
        with self._lock:
            return None if self._fault is None else SAID[self._fault[1]]

    def _begin(self, version: int) -> _Opening | None:
        """Return the opening of a version that goes on or begins now, None when there is none."""
        with self._lock:
            if self._open is not None and self._open.version == version:
                self._fault = None
                return None
            if self._opening is not None:
                return self._opening
            if self._fault is not None and self._fault[0] == version and time.monotonic() < self._fault[2]:
                return None
            self._opening = _Opening(version, Event())
            Thread(target=self._run, args=(self._opening,), name="match snapshot", daemon=True).start()
            return self._opening

    def _run(self, opening: _Opening) -> None:
        state: str | None = None
        opened: OpenSnapshot | None = None
        try:
            opened = self._opened(opening.version)
        except (SnapshotNotFound, FileNotFoundError):
            state = "missing"
        except (SnapshotError, OSError):
            state = "damaged"
        finally:
            with self._lock:
                self._open = opened or self._open
                again = time.monotonic() + RETRY_SECONDS
                self._fault = None if opened is not None else (opening.version, state or "damaged", again)
                self._opening = None
            opening.ended.set()

    def _opened(self, version: int) -> OpenSnapshot:
        from resolution.lookup.looking_up import open_snapshot

        path = self._folder / f"{version}{SUFFIX}"
        said = path.stat()
        file, last = (said.st_dev, said.st_ino), self._open
        if last is not None and last.file == file:  # another name of the file that is open
            return OpenSnapshot(version, last.lookup, file)
        lookup = open_snapshot(path)
        lookup.warm_up()
        return OpenSnapshot(version, lookup, file)
