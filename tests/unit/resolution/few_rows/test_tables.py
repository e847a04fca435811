"""Tables of a few rows."""

from resolution.few_rows.tables import Table


def test_an_index_holds_the_rows_by_value_and_leaves_out_those_without_one() -> None:
    table = Table(("a", "b"), [(1, "x"), (None, "y"), (1, "z")])

    assert table.index(0) == {1: [(1, "x"), (1, "z")]}


def test_an_index_is_made_once() -> None:
    table = Table(("a",), [(1,)])

    assert table.index(0) is table.index(0)
