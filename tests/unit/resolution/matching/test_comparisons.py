"""Comparisons are composed from the columns that the input fills."""

import duckdb
import pytest

from resolution.matching.comparisons import Comparison, Level, compose, either_missing, in_either, same

MAIL = Comparison(
    "email",
    "E-mail",
    either_missing("email"),
    (
        Level("same", same("email"), 0.7),
        Level("further", in_either("emails_alt", "email"), 0.1, needs=("emails_alt",)),
        Level("different", "", 0.2),
    ),
    ("email",),
    ("email",),
)
PLACE = Comparison("place", "Place", "false", (Level("different", "", 1.0),), ("street", "city"), ("street",))


def test_a_comparison_without_its_column_is_left_out() -> None:
    assert compose((MAIL, PLACE), frozenset({"city"})) == (PLACE,)


def test_a_level_without_its_column_is_left_out_and_the_rest_keep_their_order() -> None:
    (composed,) = compose((MAIL,), frozenset({"email"}))

    assert [level.label for level in composed.levels] == ["same", "different"]
    assert compose((MAIL,), frozenset({"email", "emails_alt"})) == (MAIL,)


def test_the_best_level_has_the_highest_number_and_the_last_has_none() -> None:
    assert [MAIL.level_number(i) for i in range(3)] == [2, 1, 0]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(("a", ["b"]), ("b", None), True, id="left-alternative-is-right-value"),
        pytest.param(("b", None), ("a", ["b"]), True, id="right-alternative-is-left-value"),
        pytest.param(("a", ["c"]), ("b", ["c"]), True, id="alternatives-meet"),
        pytest.param(("a", ["c"]), ("b", ["d"]), False, id="nothing-meets"),
        pytest.param(("a", None), ("b", None), False, id="no-alternatives"),
        pytest.param(("a", ["c"]), (None, ["c"]), True, id="one-has-only-alternatives"),
    ],
)
def test_in_either_finds_a_value_among_the_alternatives(
    connection: duckdb.DuckDBPyConnection,
    left: tuple[str | None, list[str] | None],
    right: tuple[str | None, list[str] | None],
    expected: bool | None,
) -> None:
    sides = "SELECT ?::VARCHAR AS v_l, ?::VARCHAR[] AS a_l, ?::VARCHAR AS v_r, ?::VARCHAR[] AS a_r"
    query = f"WITH sides AS ({sides}) SELECT {in_either('a', 'v')} FROM sides"

    assert connection.execute(query, [*left, *right]).fetchone() == (expected,)
