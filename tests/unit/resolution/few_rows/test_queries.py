"""Queries say what DuckDB's say."""

from collections.abc import Callable
from typing import Any

import pytest

TABLES: Any = {
    "t": ({"a": "varchar", "l": "varchar[]"}, [("x", ["p", "q"]), ("y", []), ("z", None), ("x", ["r"])]),
    "u": ({"l": "varchar[]", "b": "varchar"}, [(["k"], "w")]),
}


@pytest.mark.parametrize(
    "query",
    [
        "select distinct a from t",
        "select a, unnest(l) as one from t",
        "select a, unnest(l) as one, generate_subscripts(l, 1) as place from t",
        "select * replace (upper(a) as a) from t",
        "select t.*, 1 as n from t where a <> 'y'",
        "select a from t union all select b from u",
        "select a from t union select b from u",
        "from t union all by name select * from u",
        "with one as materialized (select a from t), two as (select a || a as a from one)"
        " from two where a > 'xx'",
        "select a as first, first || '!' as second from t",
        "select a, count(*) from t group by a",
        "select upper(a) as b, max(len(l)) from t group by b",
        "select a from t limit 2",
    ],
)
def test_both_say_the_same(query: str, in_both: Callable[..., Any]) -> None:
    theirs, ours = in_both(query, TABLES)

    assert sorted(ours, key=str) == sorted(theirs, key=str)
