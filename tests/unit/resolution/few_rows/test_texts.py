"""Functions of texts say what DuckDB's say, on letters of every kind."""

import random
from collections.abc import Callable
from typing import Any

import pytest

LETTERS = "aZäßŒé İıŁ漢한ﬁ\u00a0\u3000\u200b\u0301\t'-.,/+1"
TEXTS = [
    "".join(random.Random(seed).choices(LETTERS, k=random.Random(seed).randint(0, 9))) for seed in range(120)
]


@pytest.mark.parametrize(
    "call",
    [
        "lower(t)",
        "upper(t)",
        "strip_accents(t)",
        "trim(t)",
        "ltrim(t, '0a')",
        "rtrim(t, '1a')",
        "trim(t, ' .')",
        "left(t, 3)",
        "left(t, -3)",
        "right(t, 3)",
        "right(t, -2)",
        "right(t, 0)",
        "substr(t, 3)",
        "substr(t, 2, 2)",
        "substr(t, 0)",
        "t[2:3]",
        "t[1]",
        "t[-1]",
        "t[20]",
        "split_part(t, ' ', 1)",
        "split_part(t, '-', 2)",
        "string_split(t, ' ')",
        "replace(t, 'a', 'bb')",
        "replace(t, '', 'x')",
        "translate(t, 'aZ-é', 'bY')",
        "length(t)",
        "strlen(t)",
        "contains(t, 'a')",
        "starts_with(t, 'a')",
        "t || '|' || t",
        "concat_ws(' ', t, null, 'b')",
        "nullif(t, '')",
        "t < 'b'",
    ],
)
def test_both_say_the_same(call: str, in_both: Callable[..., Any]) -> None:
    theirs, ours = in_both(f"select {call} from texts", {"texts": ({"t": "varchar"}, [(t,) for t in TEXTS])})

    assert ours == theirs


def test_numbers_are_printed_alike(in_both: Callable[..., Any]) -> None:
    theirs, ours = in_both("select printf('%04d-%02d', 7, 123)")

    assert ours == theirs == [("0007-123",)]
