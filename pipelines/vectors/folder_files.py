"""The files of a folder of qdrant-edge: copied with their holes, and known by their checksums.

qdrant-edge reserves far more than it uses (106 MB for 500 points, 2 MB of them written), so a plain copy
would write fifty times as much as there is.
"""

import errno
import os
import shutil
import zlib
from pathlib import Path
from typing import BinaryIO

READ_AT_ONCE = 1 << 20  # bytes


def copy_sparse(source: str, target: str) -> str:
    """Copy a file, leaving out what was never written; for `shutil.copytree`."""
    with Path(source).open("rb") as read, Path(target).open("wb") as write:
        size = os.fstat(read.fileno()).st_size
        write.truncate(size)
        start = _seek(read.fileno(), 0, os.SEEK_DATA)
        while start is not None:
            end = _seek(read.fileno(), start, os.SEEK_HOLE) or size
            _copy_part(read, write, start, end=end)
            start = _seek(read.fileno(), end, os.SEEK_DATA)
    shutil.copymode(source, target)
    return target


def checksums(folder: Path) -> dict[str, int]:
    """Return the CRC-32 of each file under a folder by its path within."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _checksum(path) for path in files}


def _checksum(path: Path) -> int:
    checksum = zlib.crc32(str(path.stat().st_size).encode())
    with path.open("rb") as file:
        while block := file.read(READ_AT_ONCE):
            checksum = zlib.crc32(block, checksum)
    return checksum


def _copy_part(read: BinaryIO, write: BinaryIO, start: int, *, end: int) -> None:
    read.seek(start)
    write.seek(start)
    while start < end:
        block = read.read(min(READ_AT_ONCE, end - start))
        write.write(block)
        start += len(block)


def _seek(descriptor: int, position: int, whence: int) -> int | None:
    try:
        return os.lseek(descriptor, position, whence)
    except OSError as error:
        if error.errno == errno.ENXIO:  # nothing but a hole up to the end
            return None
        raise
