"""Three-valued logic, by its truth tables."""

import pytest

from resolution.few_rows.logic import COMPARISONS, all_true, any_true, negated

VALUES = (True, False, None)


@pytest.mark.parametrize("one", VALUES)
@pytest.mark.parametrize("other", VALUES)
def test_and_is_false_by_one_and_or_true_by_one(one: bool | None, other: bool | None) -> None:
    parts = [lambda row: row[0], lambda row: row[1]]
    held = (one, other)

    expected_and = False if False in held else None if None in held else True
    expected_or = True if True in held else None if None in held else False
    assert all_true(parts)(held) is expected_and
    assert any_true(parts)(held) is expected_or


def test_what_is_unknown_stays_unknown_when_negated() -> None:
    not_it = negated(lambda row: row[0])

    assert [not_it((value,)) for value in VALUES] == [False, True, None]


@pytest.mark.parametrize("name", [n for n in COMPARISONS if "DISTINCT" not in n])
def test_nothing_compares_with_null(name: str) -> None:
    compare = COMPARISONS[name](lambda row: row[0], lambda row: row[1])

    assert compare((None, 1)) is None
    assert compare((1, None)) is None
    assert compare((1, 1)) is not None
