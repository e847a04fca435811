"""The word lists of standardising, read from `lexicons/*.yml`, and how they enter SQL.

Words in a lexicon are written as they read after folding (lower case ASCII), except placeholders, which
are compared before it.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import cast

import yaml

LEXICONS = Path(__file__).with_name("lexicons")

Lexicon = dict[str, object]


@cache
def load_lexicon(name: str) -> Lexicon:
    """Return the parsed lexicon `lexicons/<name>.yml`."""
    return cast("Lexicon", yaml.safe_load((LEXICONS / f"{name}.yml").read_text(encoding="utf-8")))


def words(name: str, key: str) -> list[str]:
    """Return a plain word list of a lexicon."""
    return cast("list[str]", load_lexicon(name)[key])


def variants(name: str, key: str) -> dict[str, str]:
    """Return `variant -> canonical form` of a lexicon entry written as `canonical: [variants]`."""
    entry = cast("dict[str, list[str]]", load_lexicon(name)[key])
    forms = {canonical: canonical for canonical in entry}
    return forms | {variant: canonical for canonical, ways in entry.items() for variant in ways}


def pairs(name: str, key: str) -> dict[str, str]:
    """Return a lexicon entry written as `word: meaning`."""
    return cast("dict[str, str]", load_lexicon(name)[key])


def sql_text(value: str) -> str:
    """Return a SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def sql_set(values: Iterable[str]) -> str:
    """Return the right side of a SQL `in`, in a fixed order."""
    return "(" + ", ".join(sql_text(value) for value in sorted(set(values))) + ")"


def alternatives(values: Iterable[str]) -> str:
    """Return the regular expression that matches any of the words, longest first, safe in SQL text."""
    ordered = sorted(set(values), key=lambda value: (-len(value), value))
    return "(?:" + "|".join(re.escape(value).replace("'", "''") for value in ordered) + ")"
