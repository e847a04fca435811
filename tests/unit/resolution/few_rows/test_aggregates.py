"""Aggregates of groups are DuckDB's."""

from collections.abc import Callable
from typing import Any

import pytest

ROWS = [("a", "x", 1), ("a", None, 2), ("b", "y", 3), ("a", "w", None), ("c", None, 5)]


@pytest.mark.parametrize(
    "select",
    [
        "g, max(t), min(t)",
        "g, count(*), count(t)",
        "g, any_value(t)",
        "g, max(nullif(t, 'x')) filter (n is not null)",
        "g, string_agg(t, ' ' order by n desc)",
        "g, list(t order by t desc, n) filter (t is not null)",
        "g, sum(n::decimal(18, 6))",
        "g, list(n order by n)",
    ],
)
def test_both_say_the_same(select: str, in_both: Callable[..., Any]) -> None:
    tables = {"t": ({"g": "varchar", "t": "varchar", "n": "integer"}, ROWS)}

    theirs, ours = in_both(f"select {select} from t group by 1", tables)

    assert sorted(ours, key=str) == sorted(theirs, key=str)


def test_an_aggregate_without_groups_has_one_row(in_both: Callable[..., Any]) -> None:
    tables: Any = {"t": ({"l": "varchar[]"}, [])}

    theirs, ours = in_both("select count(*), max(len(l)) from t", tables)

    assert ours == theirs == [(0, None)]
