"""Patterns of RE2 find in Python what DuckDB finds with them."""

from collections.abc import Callable
from typing import Any

import pytest

from resolution.few_rows.errors import UnsupportedSql
from resolution.few_rows.patterns import replacer, splitter

TEXTS = (
    "",
    "a",
    "a b",
    "ab\n",
    "café b",
    "x-1/2 [y]",
    "aaa",
    "ß1",
    "É a",
    "12 34",
    "a\nb",
    "_b_",
    "!?",
    "\t b",
)


@pytest.mark.parametrize(
    "call",
    [
        r"regexp_replace(t, 'b$', '<>')",
        r"regexp_replace(t, '^a', '<\0>')",
        r"regexp_replace(t, '\b([a-z])\b', '<\1>', 'g')",
        r"regexp_replace(t, '[^a-z0-9]+', ' ', 'g')",
        r"regexp_replace(t, '([a-z])(z)?', '\1-\2', 'g')",
        r"regexp_matches(t, '^[[:punct:][:space:]]*$')",
        r"regexp_matches(t, '[][.]')",
        r"regexp_full_match(t, '(?:a|ab)(?:c|bcd)?\s*')",
        r"regexp_full_match(t, '.*')",
        r"regexp_extract(t, '(\d+)[ /](\d+)', 2)",
        r"regexp_extract(t, '(a)|(b)', 2)",
        r"regexp_extract(t, 'no')",
        r"regexp_extract(t, '([0-9]+) ([0-9]+)', ['one', 'two'])",
        r"regexp_split_to_array(t, '[ /]+')",
        r"string_split_regex(t, 'a')",
        r"regexp_matches(t, '\w\W')",
    ],
)
def test_both_find_the_same(call: str, in_both: Callable[..., Any]) -> None:
    theirs, ours = in_both(
        f"select t, {call} from texts", {"texts": ({"t": "varchar"}, [(t,) for t in TEXTS])}
    )

    assert ours == theirs


def test_what_may_match_nothing_is_refused_where_engines_differ() -> None:
    with pytest.raises(UnsupportedSql):
        replacer("a*", "-", is_global=True)
    with pytest.raises(UnsupportedSql):
        splitter(" *")
