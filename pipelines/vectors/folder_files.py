"""The files of a folder of qdrant-edge: copied with their holes, and known by their checksums.

qdrant-edge reserves far more than it uses (106 MB for 500 points, 2 MB of them written), so a plain copy
would write fifty times as much as there is.
"""

import errno
import os
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

BLOCK = 1 << 16  # bytes read at a time


def copy_sparse(source: str, target: str) -> str:
    """Copy a file, leaving out what was never written; for `shutil.copytree`."""
    with Path(source).open("rb") as read, Path(target).open("wb") as write:
        write.truncate(os.fstat(read.fileno()).st_size)
        for position, block in _written(read):
            write.seek(position)
            write.write(block)
    shutil.copymode(source, target)
    return target


def checksums(folder: Path) -> dict[str, int]:
    """Return the CRC-32 of each file under a folder by its path within; holes cost nothing."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _checksum(path) for path in files}


def _checksum(path: Path) -> int:
    with path.open("rb") as file:
        checksum = zlib.crc32(str(os.fstat(file.fileno()).st_size).encode())
        for position, block in _written(file):
            # With its position; a block of zeros may as well be a hole, and is left out of a copy's sum too.
            if block.strip(b"\0"):
                checksum = zlib.crc32(block, zlib.crc32(str(position).encode(), checksum))
    return checksum


def _written(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield (position, content) of each aligned block that holds more than a hole."""
    position = _next_data(file, 0)
    while position is not None:
        start = position - position % BLOCK
        file.seek(start)
        block = file.read(BLOCK)
        if not block:
            return
        yield start, block
        position = _next_data(file, start + BLOCK)


def _next_data(file: BinaryIO, position: int) -> int | None:
    try:
        return os.lseek(file.fileno(), position, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:  # nothing but a hole, up to the end
            return None
        raise
