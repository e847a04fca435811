"""Comparisons are composed from the columns that the input fills."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.matching.comparisons import (
    Comparison,
    Level,
    compose,
    edits,
    either_missing,
    in_either,
    same,
)

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


NAMES = st.text(alphabet="aeinrst", min_size=1, max_size=12)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(name=NAMES, places=st.lists(st.tuples(st.integers(0, 20), st.sampled_from("aenx")), max_size=3))
def test_the_cheap_measures_before_an_edit_distance_never_hide_a_near_value(
    name: str, places: list[tuple[int, str]]
) -> None:
    other = list(name)
    for position, letter in places:
        at = position % (len(other) + 1)
        if letter == "x" and 0 < at < len(other):
            other[at - 1], other[at] = other[at], other[at - 1]
        elif letter == "n" and at < len(other) > 1:
            del other[at]
        else:
            other.insert(at, letter)
    values = [name, "".join(other)]

    with duckdb.connect() as connection:
        for most in (1, 2):
            plain = "SELECT damerau_levenshtein($1, $2) <= " + str(most)
            guarded = f"WITH v AS (SELECT $1 AS v_l, $2 AS v_r) SELECT {edits('v', most)} FROM v"
            told = connection.execute(guarded, values).fetchone()
            assert told == connection.execute(plain, values).fetchone()
