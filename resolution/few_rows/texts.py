"""DuckDB's functions of texts, for one value at a time; no argument is NULL.

Letters beyond ASCII, whose case, accents and spaces are DuckDB's to say, are asked of it.
"""

from collections.abc import Callable
from typing import Any

from resolution.few_rows import patterns
from resolution.few_rows.engine_calls import ask


def _of_ascii(name: str, native: Callable[[str], str]) -> Callable[[str], str]:
    def call(text: str) -> str:
        return native(text) if text.isascii() else str(ask(f"{name}($1)", text))

    return call


def _trimmed(name: str, native: Callable[[str, str], str]) -> Callable[..., str]:
    def call(text: str, signs: str | None = None) -> str:
        if signs is not None:
            return native(text, signs)
        return native(text, " ") if text.isascii() else str(ask(f"{name}($1)", text))

    return call


def _left(text: str, count: int) -> str:
    return text[:count]  # DuckDB: a negative count leaves so many out, as Python's slice does


def _right(text: str, count: int) -> str:
    if count >= 0:
        return text[max(0, len(text) - count) :]
    return text[-count:]


def _substr(text: str, start: int, length: int | None = None) -> str:
    if start < 1 or (length is not None and length < 0):
        return str(
            ask("substr($1, $2)", text, start)
            if length is None
            else ask("substr($1, $2, $3)", text, start, length)
        )
    begin = start - 1
    return text[begin:] if length is None else text[begin : begin + length]


def _split_part(text: str, separator: str, place: int) -> str:
    parts = text.split(separator)
    if place < 1:
        return str(ask("split_part($1, $2, $3)", text, separator, place))
    return parts[place - 1] if place <= len(parts) else ""


def _translate(text: str, old: str, new: str) -> str:
    return text.translate(_table(old, new))


_TABLES: dict[tuple[str, str], dict[int, str | None]] = {}


def _table(old: str, new: str) -> dict[int, str | None]:
    if (old, new) not in _TABLES:
        table: dict[int, str | None] = {}
        for place, letter in enumerate(old):
            table.setdefault(ord(letter), new[place] if place < len(new) else None)
        _TABLES[old, new] = table
    return _TABLES[old, new]


def _regexp_replace(text: str, pattern: str, replacement: str, options: str = "") -> str:
    return patterns.replacer(pattern, replacement, is_global=options == "g")(text)


def _regexp_extract(text: str, pattern: str, group: int | list[str] = 0) -> Any:
    if isinstance(group, list):
        return patterns.group_extractor(pattern, group)(text)
    return patterns.extractor(pattern, group)(text)


def _regexp_split(text: str, pattern: str) -> list[str]:
    return patterns.splitter(pattern)(text)


def _printf(form: str, *values: Any) -> str:
    return form % values


def _length(value: str | list[Any]) -> int:
    return len(value)


def _contains(value: Any, part: Any) -> bool:
    return part in value


TEXT_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "lower": _of_ascii("lower", str.lower),
    "upper": _of_ascii("upper", str.upper),
    "strip_accents": _of_ascii("strip_accents", str),
    "trim": _trimmed("trim", str.strip),
    "ltrim": _trimmed("ltrim", str.lstrip),
    "rtrim": _trimmed("rtrim", str.rstrip),
    "left": _left,
    "right": _right,
    "substr": _substr,
    "split_part": _split_part,
    "string_split": lambda text, separator: text.split(separator),
    "replace": lambda text, old, new: text.replace(old, new) if old else text,
    "translate": _translate,
    "length": _length,
    "strlen": lambda text: len(text.encode()),
    "contains": _contains,
    "starts_with": lambda text, start: text.startswith(start),
    "regexp_replace": _regexp_replace,
    "regexp_extract": _regexp_extract,
    "regexp_matches": lambda text, pattern: patterns.compiled(pattern).search(text) is not None,
    "regexp_full_match": lambda text, pattern: patterns.compiled(pattern).fullmatch(text) is not None,
    "regexp_split_to_array": _regexp_split,
    "string_split_regex": _regexp_split,
    "printf": _printf,
}
