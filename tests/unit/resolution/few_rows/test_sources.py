"""Joins meet the rows that DuckDB's meet."""

from collections.abc import Callable
from typing import Any

import pytest

LEFT = [(1, "a"), (2, "b"), (None, "c"), (1, "d")]
RIGHT = [(1, "p"), (1, "q"), (3, "r"), (None, "s")]
TABLES: Any = {
    "l": ({"k": "integer", "x": "varchar"}, LEFT),
    "r": ({"k": "integer", "y": "varchar"}, RIGHT),
}


@pytest.mark.parametrize(
    "query",
    [
        "select * from l left join r using (k)",
        "select l.k, x, y from l join r on r.k = l.k",
        "select x, y from l left join r on l.k = r.k and y = 'q'",
        "select x, y from l left join r as other on other.k = l.k + 2",
        "select * from l semi join r using (k)",
        "select * from l anti join r using (k)",
        "select x, y from l left join (select k, upper(y) as y from r) as s on s.k = l.k",
        "select a.x, b.x from l a join l b on a.k = b.k",
        "with c as (select * from r) select x, c.* from l left join c on c.k = l.k",
        "select 1 as one",
    ],
)
def test_both_meet_the_same_rows(query: str, in_both: Callable[..., Any]) -> None:
    theirs, ours = in_both(query, TABLES)

    assert sorted(ours, key=str) == sorted(theirs, key=str)
