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
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, ten times as fast, where libyaml is


@cache
def load_lexicon(name: str) -> Lexicon:
    """Return the parsed lexicon `lexicons/<name>.yml`."""
    text = (LEXICONS / f"{name}.yml").read_text(encoding="utf-8")
    return cast("Lexicon", yaml.load(text, Loader=_Loader))  # noqa: S506 - both loaders are safe ones


@cache
def words(name: str, key: str) -> list[str]:
    """Return a plain word list of a lexicon."""
    return cast("list[str]", load_lexicon(name)[key])


@cache
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
    return _set_text(frozenset(values))


@cache
def _set_text(values: frozenset[str]) -> str:
    return "(" + ", ".join(sql_text(value) for value in sorted(values)) + ")"


def alternatives(values: Iterable[str]) -> str:
    """Return the regular expression that matches any of the words, longest first, safe in SQL text."""
    return _pattern_of(frozenset(values))


@cache
def _pattern_of(values: frozenset[str]) -> str:
    ordered = sorted(values, key=lambda value: (-len(value), value))
    return "(?:" + "|".join(re.escape(value).replace("'", "''") for value in ordered) + ")"
