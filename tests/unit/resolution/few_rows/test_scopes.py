"""Names in an expression find their values."""

import pytest

from resolution.few_rows.scopes import Scope

SCOPE = Scope((("t", "a"), ("u", "a"), ("u", "b")))


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a"], (0, [])),
        (["u", "a"], (1, [])),
        (["b", "field"], (2, ["field"])),
        (["u", "b", "field"], (2, ["field"])),
        (["c"], None),
    ],
    ids=["first", "qualified", "field", "field-of-qualified", "unknown"],
)
def test_a_name_stands_where_its_table_says(names: list[str], found: object) -> None:
    assert SCOPE.place(names) == found


def test_a_variable_hides_a_column_of_its_name() -> None:
    inner = SCOPE.with_variable("a")

    assert inner.place(["a"]) == (3, [])
    assert inner.place(["b"]) == (2, [])
