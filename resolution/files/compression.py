"""Gzip-compressed text files, unpacked piece by piece onto disk, never into memory as a whole."""

import gzip
import zlib
from pathlib import Path
from typing import BinaryIO

from resolution.domain.errors import UnreadableFile

GZIP = ".gz"
_CHUNK = 1 << 20  # bytes unpacked at a time
_ALWAYS_ALLOWED = 1 << 30  # bytes that any file may unpack to
_LARGEST_RATIO = 100  # beyond it; tables shrink to a third or a thirtieth, a gzip bomb to a thousandth


def is_packed(path: Path) -> bool:
    """Return whether the name of a file says that it is gzip-compressed."""
    return path.suffix.lower() == GZIP


def unpacked_name(path: Path) -> str:
    """Return the name of a file without the ending of its compression."""
    return path.stem if is_packed(path) else path.name


def unpack(path: Path, target: Path) -> None:
    """Write what a gzip-compressed file holds to another file.

    Raises:
        UnreadableFile: The file is cut off or damaged, or unpacks to far more than a table would.
    """
    try:
        with gzip.open(path) as source, target.open("wb") as sink:
            _copy(source, sink, path=path, most=max(_ALWAYS_ALLOWED, _LARGEST_RATIO * path.stat().st_size))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFile(f"{path} is damaged or cut off ({error}). Compress it again.") from error
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be unpacked: {error.strerror or error}.") from error


def _copy(source: gzip.GzipFile, sink: BinaryIO, *, path: Path, most: int) -> None:
    left = most
    while chunk := source.read(_CHUNK):
        left -= len(chunk)
        if left < 0:
            raise UnreadableFile(
                f"{path} unpacks to over {most >> 20} MB, too much for its size. If that is right, unpack it"
                " yourself."
            )
        sink.write(chunk)
