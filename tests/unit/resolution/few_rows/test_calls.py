"""Calls follow DuckDB, constant patterns or not."""

from collections.abc import Callable
from typing import Any

import pytest

TABLES: Any = {
    "t": (
        {"a": "varchar", "p": "varchar", "l": "varchar[]"},
        [("ab1", "b", ["a", "b"]), (None, "x", None), ("xyz", None, []), ("b", "b", ["q", None])],
    )
}


@pytest.mark.parametrize(
    "call",
    [
        "regexp_replace(a, p, '<>')",
        "regexp_replace(a, 'b', p)",
        "regexp_matches(a, p)",
        "regexp_extract(a, p)",
        "regexp_extract(a, '([a-z])([0-9])', 2)",
        "nullif(a, p)",
        "list_filter(l, x -> x = p)",
        "list_transform(l, x -> coalesce(x, a, 'none'))",
        "list_transform(l, x -> list_transform(l, y -> x || y))",
        "struct_pack(a := a, n := length(p))",
        "concat_ws('-', a, p)",
    ],
)
def test_both_say_the_same(call: str, in_both: Callable[..., Any]) -> None:
    theirs, ours = in_both(f"select {call} from t", TABLES)

    assert ours == theirs
