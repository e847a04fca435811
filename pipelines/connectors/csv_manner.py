"""How a CSV file is written: encoding, delimiter and escape, found as `concord resolve` finds them.

The header is always the first line: what rows of a source are called is not to be guessed.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from resolution.domain.errors import UnreadableFile
from resolution.files.dialects import sniff_dialect
from resolution.files.encodings import scan_text

HEAD = 1 << 17  # characters that a file in another encoding is judged by
UTF8 = ("utf-8", "utf-8-sig")


@dataclass(frozen=True, slots=True)
class CsvManner:
    """The manner of one file; `is_told` says that its first line names the delimiter (`sep=;`)."""

    encoding: str = "utf-8-sig"
    delimiter: str = ","
    escape: str | None = None
    is_told: bool = False

    def open(self, path: Path) -> TextIO:
        """Open the file as text; bytes that are none become surrogates, which quarantine keeps."""
        # UTF-16 has no way to pass on a broken unit; it becomes the replacement character.
        errors = "replace" if self.encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
        return path.open(encoding=self.encoding, errors=errors, newline="")

    def reader(self, lines: Iterable[str], *, strict: bool = False) -> Iterator[list[str]]:
        """Return the records of lines; `csv.Error` where `strict` ones are not well quoted."""
        said: dict[str, Any] = {"escapechar": self.escape, "doublequote": self.escape is None}
        return csv.reader(lines, delimiter=self.delimiter, strict=strict, **said)


def manner_of(path: Path) -> CsvManner:
    """Return how a CSV file is written; the usual manner where it is empty or no text."""
    try:
        encoding = scan_text(path).encoding
    except UnreadableFile:
        return CsvManner()
    manner = CsvManner("utf-8-sig" if encoding in UTF8 else encoding)
    with manner.open(path) as file:
        head = file.read(HEAD)
    if manner.encoding == "utf-8-sig":
        dialect = sniff_dialect(path)
    else:
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "head.csv"
            plain.write_text(head, encoding="utf-8", errors="surrogateescape", newline="")
            dialect = sniff_dialect(plain)
    is_told = head.lstrip().lower().startswith("sep=") and len(head.lstrip().splitlines()[0].strip()) == 5
    return CsvManner(manner.encoding, dialect.delimiter, dialect.escape, is_told)
