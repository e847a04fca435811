"""Conditions and choices follow DuckDB, whatever is NULL."""

from collections.abc import Callable
from typing import Any

import pytest

ROWS = [(a, b) for a in ("x", "y", "", None) for b in (1, 2, None)]


@pytest.mark.parametrize(
    "expression",
    [
        "case a when 'x' then 1 when 'y' then 2 end",
        "case a when 'x' then 'one' when 'x' then 'two' else a || '?' end",
        "case when b > 1 then 'many' when b is null then 'none' else 'one' end",
        "a in ('x', 'q')",
        "a not in ('x', 'q')",
        "b between 1 and 1",
        "not (a = 'x' and b = 1)",
        "a = 'x' or b = 1",
        "a is distinct from 'x'",
        "coalesce(a, b::varchar, 'z')",
        "nullif(a, '')",
        "a is not null",
        "list_filter([a, 'k'], a -> a <> 'x')",
        "list_transform(['p'], w -> w || coalesce(a, '-'))",
        "list_transform([{'k': a}], s -> s.k || '!')",
        "true",
        "b::varchar || a",
    ],
)
def test_both_say_the_same(expression: str, in_both: Callable[..., Any]) -> None:
    theirs, ours = in_both(f"select {expression} from t", {"t": ({"a": "varchar", "b": "integer"}, ROWS)})

    assert ours == theirs
