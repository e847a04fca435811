import pytest

from resolution.report.texts import counted, percent, seconds, shown, words


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(None, "", id="nothing"),
        pytest.param("  a\n\tb  ", "a b", id="white-space"),
        pytest.param("a\x00b", "a\ufffdb", id="control"),
        pytest.param("a\u202eb", "a\ufffdb", id="direction-override"),
        pytest.param("x" * 100, "x" * 9 + "…", id="too-long"),
        pytest.param("Zoë 🦊", "Zoë 🦊", id="emoji"),
    ],
)
def test_a_value_is_shown_on_one_safe_line(value: str | None, expected: str) -> None:
    assert shown(value, limit=10) == expected


def test_names_become_words() -> None:
    assert words("identifier.tax") == "Identifier: tax"
    assert words("organization_name") == "Organisation name"


def test_counts_agree_with_their_noun() -> None:
    assert (counted(1, "pair waits", "pairs wait"), counted(2000, "record")) == (
        "1 pair waits",
        "2,000 records",
    )


@pytest.mark.parametrize(
    ("share", "expected"), [(1.0, "100%"), (0.5, "50%"), (0.021, "2.1%"), (0.0004, "0.04%")]
)
def test_shares_have_the_digits_that_say_something(share: float, expected: str) -> None:
    assert percent(share) == expected


@pytest.mark.parametrize(("duration", "expected"), [(0.31, "0.3 s"), (42.2, "42 s"), (200, "3 min 20 s")])
def test_durations_are_said_as_people_do(duration: float, expected: str) -> None:
    assert seconds(duration) == expected
