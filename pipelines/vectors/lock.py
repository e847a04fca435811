"""One drain at a time: an older row must not be applied after a newer one that another process applied."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.vectors.errors import DrainBusy

LOCK_FILE = "drain.lock"


@contextmanager
def drain_lock(home: Path) -> Iterator[None]:
    """Hold the lock of the vectors of a home folder; a process that dies gives it back.

    Raises:
        DrainBusy: another process holds it.
    """
    folder = home / "vectors"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_FILE).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another process brings the vectors in {folder} up to date; wait for it to end"
            raise DrainBusy(message) from error
        yield
