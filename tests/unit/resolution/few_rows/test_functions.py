"""Functions of lists, numbers and types say what DuckDB's say, NULL included."""

from collections.abc import Callable
from typing import Any

import pytest

LISTS = [(["b", "a", "b"],), ([],), (None,), (["a", None, "c"],), (["c"],), (["", "a"],)]
CASTS = [
    "12",
    " 12",
    "1.5",
    "-3",
    "x",
    "",
    None,
    "99999999999",
    "1980-02-30",
    "1980-02-29",
    "0000-01-01",
    "1e2",
    "+7",
]


@pytest.mark.parametrize(
    "call",
    [
        "list_sort(l)",
        "list_sort(list_distinct(l))",
        "list_filter(l, x -> x is not null and x <> 'b')",
        "list_transform(l, x -> x || '!')",
        "list_contains(l, 'a')",
        "list_has_any(l, ['a', 'q'])",
        "list_sort(list_intersect(l, ['a', 'b']))",
        "list_append(l, 'z')",
        "list_aggregate(l, 'string_agg', ' ')",
        "array_to_string(l, ',')",
        "len(l)",
        "l[1]",
        "l[-1]",
        "l[9]",
        "l[2:]",
        "l[-2:]",
        "l[:1]",
        "l[1:2]",
        "l || ['e']",
        "nullif(l, [])",
        "greatest(l[1], 'b')",
        "least(l[1], l[2])",
        "coalesce(l[3], l[1], 'none')",
    ],
)
def test_lists_are_treated_alike(call: str, in_both: Callable[..., Any]) -> None:
    theirs, ours = in_both(f"select {call} from lists", {"lists": ({"l": "varchar[]"}, LISTS)})

    assert ours == theirs


@pytest.mark.parametrize(
    "kind", ["integer", "bigint", "smallint", "date", "double", "varchar", "timestamp", "boolean"]
)
def test_types_are_changed_alike(kind: str, in_both: Callable[..., Any]) -> None:
    rows = [(text,) for text in CASTS]

    theirs, ours = in_both(f"select try_cast(t as {kind}) from texts", {"texts": ({"t": "varchar"}, rows)})

    assert ours == theirs


@pytest.mark.parametrize(
    "call",
    [
        "1 + 2 * 3 - 4",
        "(0.1234567::float)::decimal(18, 6)::double",
        "epoch_ms(1700000000000)",
        "try_strptime('03.04.1980', ['%d.%m.%Y', '%Y'])",
        "{'a': 1, 'b': 'x'}",
    ],
)
def test_single_values_are_alike(call: str, in_both: Callable[..., Any]) -> None:
    theirs, ours = in_both(f"select {call}")

    assert ours == theirs
