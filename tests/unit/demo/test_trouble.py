from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.trouble import flatten_letters, rewrite_form, shorten_street, typo, wrong_birth_date
from demo.world import dice


@given(text=st.text(alphabet="abcdefghij", min_size=4, max_size=20), seed=st.text(max_size=3))
def test_a_typo_is_one_slip(text: str, seed: str) -> None:
    assert abs(len(typo(text, dice(seed))) - len(text)) <= 1


def test_short_words_are_spared() -> None:
    assert typo("Ali", dice("a")) == "Ali"


def test_flattened_letters_are_ascii() -> None:
    written = {flatten_letters("Lüttjohann", dice(str(n))) for n in range(20)}

    assert written == {"Luettjohann", "Luttjohann"}


def test_a_legal_form_is_rewritten_or_left_out() -> None:
    assert {rewrite_form("B.V.", dice(str(n))) for n in range(30)} == {"BV", "B.V.", ""}


@pytest.mark.parametrize(
    ("street", "short"),
    [
        ("Old Fulling Road", "Old Fulling Rd"),
        ("Lindenholzstraße", "Lindenholzstr."),
        ("Kranichkai", "Kranichkai"),
    ],
)
def test_streets_are_shortened_as_clerks_do(street: str, short: str) -> None:
    assert shorten_street(street) == short


@given(day=st.dates(date(1940, 1, 1), date(2005, 12, 31)), seed=st.text(max_size=3))
def test_a_wrong_birth_date_is_another_date(day: date, seed: str) -> None:
    assert wrong_birth_date(day, dice(seed)) != day
