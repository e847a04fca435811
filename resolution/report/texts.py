"""How values and numbers are written in the report. Escaping is the template's work (autoescape)."""

import unicodedata

LONGEST_VALUE = 90  # characters; a cell of 10 MB must not make a page of 10 MB
_KINDS_NOT_SHOWN = {"Cc", "Cs", "Co", "Cn"}  # control, surrogate, private use, unassigned
_DIRECTION = {"RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"}


def shown(value: object, *, limit: int = LONGEST_VALUE) -> str:
    """Return `value` on one line, without control or direction characters, cut to `limit` characters."""
    head = str("" if value is None else value)[: 4 * limit]
    clean = "".join(" " if c.isspace() else "\ufffd" if _is_hidden(c) else c for c in head)
    line = " ".join(clean.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _is_hidden(character: str) -> bool:
    return (
        unicodedata.category(character) in _KINDS_NOT_SHOWN
        or unicodedata.bidirectional(character) in _DIRECTION
    )


def words(name: str) -> str:
    """Return the name of a column, rule or step as words for a heading."""
    text = name.replace(".", ": ").replace("_", " ").replace("organization", "organisation").strip()
    return text[:1].upper() + text[1:]


def counted(number: float, one: str, many: str | None = None) -> str:
    """Return a count with its noun: `1 record`, `2,000 records`."""
    return f"{number:,.0f} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """Return a share as a percentage with as many digits as say something."""
    if share in {0.0, 1.0} or 0.1 <= share <= 0.9:
        return f"{100 * share:.0f}%"
    return f"{100 * share:.1f}%" if 0.001 <= share <= 0.999 else f"{100 * share:.2f}%"


def seconds(duration: float) -> str:
    """Return a duration as people say it: `0.3 s`, `42 s`, `3 min 20 s`."""
    if duration < 10:
        return f"{duration:.1f} s"
    if duration < 120:
        return f"{duration:.0f} s"
    return f"{duration // 60:.0f} min {duration % 60:.0f} s"
