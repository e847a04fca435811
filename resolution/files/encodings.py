"""The encoding of a text file, found from its bytes, and the file as UTF-8.

UTF-8 with some broken lines stays UTF-8, so that only those lines are lost; a file whose accented
lines are mostly not UTF-8 is in an older encoding.
"""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from charset_normalizer import from_bytes

from resolution.domain.errors import UnreadableFile

_CHUNK = 1 << 20  # bytes read at a time
_HEAD = 4096  # bytes looked at for marks of an encoding
_SAMPLE = 1 << 17  # bytes of accented lines given to charset-normalizer
_MOST_NULS = 0.2  # share of NUL bytes on one side of each pair from which text is UTF-16
_MOST_CONTROLS = 0.05  # share of control characters from which a file is not text
_ENOUGH = 256  # bytes; in a shorter file a few control characters weigh too much
_CLOSE = 0.06  # difference of charset-normalizer's mess ratio that does not tell two encodings apart
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What systems write that do not write Unicode; rare ones would only be guessed wrongly.
_OLDER = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "shift_jis", "euc_jp",
    "gb18030", "big5", "euc_kr",
]  # fmt: skip
_LATIN = frozenset({"cp1252", "cp1250", "cp1254"})
# Signs within or beside a word (`Bo¿ena`, `£ukasz`) and capitals after small letters speak against a reading.
_ODD = re.compile(r"(?<=[^\W\d_])[¿³¹¯£¥¼¾Ÿ\ufffd]|[³¹¯£¥¼¾\ufffd](?=[^\W\d_])|(?<=[a-z])[ŒŽŠŁŻŽ]")
_TURKISH_OR_ICELANDIC = re.compile("[ðþÐÞ]|(?<=[a-z])ý")
_ICELANDIC = re.compile("[áíóúÁÍÓÚæÆ]")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1a\x1b\x1c\x1d\x1e\x1f"))


@dataclass(frozen=True, slots=True)
class TextScan:
    """What one pass over a file tells: its encoding, whether all of it decodes, its physical lines."""

    encoding: str
    is_clean: bool
    newlines: int
    has_lone_cr: bool


def scan_text(path: Path) -> TextScan:
    """Return the encoding and line count of a text file.

    Raises:
        UnreadableFile: The file is empty or is no text.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
            raise UnreadableFile(f"{path} is empty. Give a file with a header line and at least one row.")
        encoding = _by_mark(head)
        if encoding is None and _is_binary(head):
            raise UnreadableFile(
                f"{path} is not text. Concord reads CSV, JSONL and Parquet: export the table again."
            )
        file.seek(0)
        if encoding in {None, "utf-8-sig"}:
            return _scan_utf8(file, encoding or "utf-8", path)
    return TextScan(encoding or "utf-8", is_clean=True, newlines=-1, has_lone_cr=False)


def _by_mark(head: bytes) -> str | None:
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    # Without a mark: a file begins with the letters of its header, which are ASCII in most files.
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        nulls, letters = head[first::2], head[1 - first :: 2]
        if nulls[:2] == b"\0\0" and 0 not in letters[:2] and nulls.count(0) > _MOST_NULS * len(nulls):
            return encoding
    return None


def _is_binary(head: bytes) -> bool:
    is_utf8 = _decodes(codecs.getincrementaldecoder("utf-8")(), head)
    return (
        not is_utf8
        and len(head) >= _ENOUGH
        and sum(head.count(control) for control in _CONTROLS) > _MOST_CONTROLS * len(head)
    )


def _scan_utf8(file: BinaryIO, encoding: str, path: Path) -> TextScan:
    decoder = codecs.getincrementaldecoder("utf-8")()
    newlines, returns, pairs, last = 0, 0, 0, b""
    is_clean = True
    while chunk := file.read(_CHUNK):
        newlines += chunk.count(b"\n")
        returns += chunk.count(b"\r")
        pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
        last = chunk[-1:]
        if is_clean:
            is_clean = _decodes(decoder, chunk)
    if is_clean:
        is_clean = _decodes(decoder, b"", final=True)
    lines = newlines + (last != b"\n")
    if is_clean or encoding == "utf-8-sig":
        return TextScan(encoding, is_clean, lines, returns > pairs)
    older = _older_encoding(path)
    return TextScan(older or "utf-8", is_clean=False, newlines=lines, has_lone_cr=returns > pairs)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _older_encoding(path: Path) -> str | None:
    """Return the 8-bit or East Asian encoding of a file, None where UTF-8 is merely broken in places."""
    sample = bytearray()
    utf8_lines = other_lines = 0
    with path.open("rb") as file:
        for line in file:
            if line.isascii():
                continue
            is_utf8 = _decodes(codecs.getincrementaldecoder("utf-8")(), line, final=True)
            utf8_lines, other_lines = utf8_lines + is_utf8, other_lines + (not is_utf8)
            if not is_utf8 and len(sample) < _SAMPLE:
                sample += line[:_SAMPLE]
    if utf8_lines >= other_lines:
        return None
    return _guess(bytes(sample))


def _guess(sample: bytes) -> str:
    """Return the encoding that makes most sense of some lines; a Latin one where that is as good as any."""
    matches = from_bytes(sample, cp_isolation=_OLDER, threshold=0.3)
    best = matches.best()
    if best is None or any(
        match.encoding in _LATIN and match.chaos <= best.chaos + _CLOSE for match in matches
    ):
        return _latin(sample)
    return str(best.encoding)


def _latin(sample: bytes) -> str:
    """Return the Latin encoding of some lines: Western unless another reads them with fewer odd signs."""
    western = sample.decode("cp1252", "replace")
    if _TURKISH_OR_ICELANDIC.search(western) and not _ICELANDIC.search(western):
        return "cp1254"
    central = sample.decode("cp1250", "replace")
    if _oddities(central) < _oddities(western):
        return "cp1250"
    return "cp1252" if "\ufffd" not in western else "latin-1"


def _oddities(text: str) -> int:
    return len(_ODD.findall(text))


def write_utf8(path: Path, target: Path, *, encoding: str) -> None:
    """Write a text file as UTF-8; bytes that the encoding lacks are passed on as they are."""
    # UTF-16 has no way to pass on a broken unit; it becomes the replacement character.
    errors = "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    with (
        path.open(encoding=encoding, errors=errors, newline="") as source,
        target.open("w", encoding="utf-8", errors="surrogateescape", newline="") as sink,
    ):
        while chunk := source.read(_CHUNK):
            sink.write(chunk)
