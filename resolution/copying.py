"""A large file copied while other work goes on."""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def copied_beside(source: Path, target: Path) -> Iterator[Callable[[], object]]:
    """Copy a file while the block goes on; yield what waits for the copy and raises what stopped it.

    What was copied is sent to the disk at once, so that a database which later makes sure of its last page
    does not wait for the whole file.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        copying = beside.submit(shutil.copyfile, source, target)
        beside.submit(_flush, target)
        yield copying.result


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
