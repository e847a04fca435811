"""Column headers taken apart: words, numbers, line numbers.

Letter case, accents, script and separators do not matter: `LastName`, `last_name` and `LAST NAME` give
the same words.
"""

import re
from dataclasses import dataclass

from anyascii import anyascii

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PIECE = re.compile(r"[a-z]+|[0-9]+")
_NUMBER_SIGN = re.compile(r"#(?!\s*[0-9])")  # `Customer #`, unlike `Phone #2`
_LINE_WORDS = frozenset({"line", "zeile", "ligne", "linea", "regel", "linha", "linia"})
_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4}
_MAX_HEADER = 200  # characters; a longer header is text, not a name


@dataclass(frozen=True, slots=True)
class Header:
    """A header's words in order, its number (`phone_2`: 2) and its line number (`addr_line1`: 1)."""

    words: tuple[str, ...]
    number: int | None = None
    line: int | None = None

    @property
    def key(self) -> str:
        """The words run together."""
        return "".join(self.words)


def words_of(text: str) -> tuple[str, ...]:
    """Return the lower-case ASCII words of a text, numbers among them."""
    latin = anyascii(text[:_MAX_HEADER].translate(_GERMAN)).replace("'", "")
    latin = _CAMEL.sub(" ", _NUMBER_SIGN.sub(" number ", latin))
    return tuple(_PIECE.findall(latin.lower()))


def parse_header(name: str) -> Header:
    """Take a column's name apart."""
    words: list[str] = []
    number: int | None = None
    line: int | None = None
    for piece in words_of(name):
        value = int(piece) if piece.isdigit() and len(piece) < 4 else None
        if value is None and words and words[-1] in _LINE_WORDS:
            value = _NUMBER_WORDS.get(piece)
        if value is None:
            words.append(piece)
        elif words and words[-1] in _LINE_WORDS:
            line = value
        else:
            number = value
    if words == ["column"]:
        number = None  # a column that is named by its place only
    return Header(tuple(words), number, line)
