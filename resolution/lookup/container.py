"""One file of named sections, written once and read by memory map.

    64 bytes      magic
    sections      each at a multiple of 64 bytes
    directory     JSON: name -> [offset, length, crc32], and what the writer says of the whole
    24 bytes      offset and length of the directory, its crc32, magic

The directory comes last, so that a file that was cut short has none.
"""

import json
import mmap
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from resolution.domain.errors import DamagedSnapshot, SnapshotNotFound

MAGIC = b"concord match snapshot\n"
END = b"CMS1"
ALIGNMENT = 64  # bytes; what Arrow asks of its buffers
TAIL = struct.Struct("<QQI4s")
CHUNK = 1 << 22  # bytes read at a time by the check


class Section:
    """The open end of a section: a binary sink that counts and sums up what it is given."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.length, self.crc = 0, 0
        self.closed = False

    def write(self, data: Any) -> int:
        """Append bytes, or anything that is a buffer of them."""
        view = memoryview(data).cast("B")
        self._file.write(view)
        self.length += len(view)
        self.crc = zlib.crc32(view, self.crc)
        return len(view)

    def flush(self) -> None:
        """Do nothing: the file is flushed when it is whole."""

    def close(self) -> None:
        """Take no more."""
        self.closed = True


@dataclass(slots=True)
class ContainerWriter:
    """A container that is being written; `finish` makes it whole."""

    file: BinaryIO
    sections: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.file.write(MAGIC.ljust(ALIGNMENT, b"\0"))

    @contextmanager
    def section(self, name: str) -> Iterator[Section]:
        """Yield the sink of a new section."""
        self.file.write(b"\0" * (-self.file.tell() % ALIGNMENT))
        offset, section = self.file.tell(), Section(self.file)
        yield section
        self.sections[name] = (offset, section.length, section.crc)

    def finish(self, head: Mapping[str, Any]) -> None:
        """Write the directory; `head` is whatever a reader must know first."""
        directory = json.dumps({"head": head, "sections": self.sections}).encode()
        offset = self.file.tell()
        self.file.write(directory)
        self.file.write(TAIL.pack(offset, len(directory), zlib.crc32(directory), END))
        self.file.flush()


@dataclass(frozen=True, slots=True)
class Container:
    """A whole container, mapped into memory."""

    path: Path
    buffer: pa.Buffer
    head: Mapping[str, Any]
    sections: Mapping[str, tuple[int, int, int]]

    def section(self, name: str) -> pa.Buffer:
        """Return the bytes of a section, none of them read yet."""
        offset, length, _ = self.sections[name]
        return self.buffer.slice(offset, length)

    def check(self) -> None:
        """Read every section once, past the memory map, and compare the sums.

        Raises:
            DamagedSnapshot: A section is not what was written.
        """
        with self.path.open("rb") as file:
            for name, (offset, length, crc) in self.sections.items():
                file.seek(offset)
                found, left = 0, length
                while left and (data := file.read(min(CHUNK, left))):
                    found, left = zlib.crc32(data, found), left - len(data)
                if left or found != crc:
                    raise DamagedSnapshot(f"{self.path} is damaged in section {name}; publish again")


def open_container(path: Path) -> Container:
    """Map a container into memory.

    Raises:
        SnapshotNotFound: There is no such file.
        DamagedSnapshot: It is no container, or not whole.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError as error:
        raise SnapshotNotFound(f"there is no match snapshot {path}; publish first") from error
    except ValueError as error:
        raise DamagedSnapshot(f"{path} is empty; publish again") from error
    buffer = pa.py_buffer(mapped)
    if mapped[: len(MAGIC)] != MAGIC:
        raise DamagedSnapshot(f"{path} is no match snapshot")
    directory = _directory(mapped, path)
    sections = {name: (entry[0], entry[1], entry[2]) for name, entry in directory["sections"].items()}
    return Container(path, buffer, directory["head"], sections)


def _directory(mapped: mmap.mmap, path: Path) -> dict[str, Any]:
    offset, length, crc, end = TAIL.unpack(mapped[-TAIL.size :])
    text = mapped[offset : offset + length] if end == END else b""
    if end != END or zlib.crc32(text) != crc or offset + length + TAIL.size != len(mapped):
        raise DamagedSnapshot(f"{path} was cut short or changed; publish again")
    directory: dict[str, Any] = json.loads(text)
    return directory
