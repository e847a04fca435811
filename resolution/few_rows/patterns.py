"""RE2 patterns, as DuckDB has them, in Python's `re`.

Both are leftmost-first. What differs is translated: classes in brackets, the end of the text, ASCII-only
word boundaries, and what an empty match beside another match does in a global replacement.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache

from resolution.few_rows.errors import UnsupportedSql

_CLASSES = {
    "[:punct:]": r"!-/:-@\[-`{-~",
    "[:space:]": r" \t\n\v\f\r",
    "[:alnum:]": "0-9A-Za-z",
    "[:alpha:]": "A-Za-z",
    "[:digit:]": "0-9",
}
_REFERENCE = re.compile(r"\\([0-9])")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return the pattern that finds in Python what `pattern` finds in RE2."""
    text, place, inside = [], 0, False
    while place < len(pattern):
        sign = pattern[place]
        if sign == "\\":
            text.append(pattern[place : place + 2])
            place += 2
            continue
        posix = next((name for name in _CLASSES if inside and pattern.startswith(name, place)), None)
        if posix is not None:
            text.append(_CLASSES[posix])
            place += len(posix)
            continue
        if inside:
            inside = sign != "]"
            text.append("\\[" if sign == "[" else sign)
        else:
            inside = sign == "["
            text.append("\\Z" if sign == "$" else sign)
        place += 1
        if inside and sign == "[" and pattern[place : place + 1] == "^":
            text.append("^")
            place += 1
    return re.compile("".join(text), re.ASCII)


@cache
def replacer(pattern: str, replacement: str, *, is_global: bool) -> Callable[[str], str]:
    """Return what `regexp_replace` does with a text."""
    found = compiled(pattern)
    if is_global and found.search("") is not None:
        raise UnsupportedSql(f"a global replacement of what may be empty: {pattern}")
    count = 0 if is_global else 1
    if "\\" not in replacement:
        return lambda text: found.sub(lambda _: replacement, text, count=count)
    parts = _REFERENCE.split(replacement)

    def written(match: re.Match[str]) -> str:
        return "".join(
            (match.group(int(part)) or "") if number % 2 else part for number, part in enumerate(parts)
        )

    return lambda text: found.sub(written, text, count=count)


@cache
def extractor(pattern: str, group: int) -> Callable[[str], str]:
    """Return what `regexp_extract` does with a text: the group, empty where nothing is found."""
    found = compiled(pattern)

    def extract(text: str) -> str:
        match = found.search(text)
        return (match.group(group) or "") if match is not None else ""

    return extract


def group_extractor(pattern: str, names: Sequence[str]) -> Callable[[str], dict[str, str]]:
    """Return what `regexp_extract` with a list of names does: a struct of the groups."""
    found = compiled(pattern)

    def extract(text: str) -> dict[str, str]:
        match = found.search(text)
        return {
            name: (match.group(number) or "") if match is not None else ""
            for number, name in enumerate(names, start=1)
        }

    return extract


@cache
def splitter(pattern: str) -> Callable[[str], list[str]]:
    """Return what `string_split_regex` does with a text."""
    found = compiled(pattern)
    if found.search("") is not None:
        raise UnsupportedSql(f"a split at what may be empty: {pattern}")

    def split(text: str) -> list[str]:
        pieces, start = [], 0
        for match in found.finditer(text):
            pieces.append(text[start : match.start()])
            start = match.end()
        return [*pieces, text[start:]]

    return split
