import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.renaming import KEPT_WORDS, MOST_COPIES, YEARS, make_renaming, rules

LETTERS = string.ascii_letters + "äöüÄÖÜ"
WORDS = st.text(LETTERS, min_size=1, max_size=12)
COPIES = st.integers(0, MOST_COPIES - 1)
SEED = 20


@given(copy=COPIES, words=st.lists(WORDS, min_size=2, max_size=30, unique=True))
@settings(derandomize=True, max_examples=150)
def test_different_words_stay_different(copy: int, words: list[str]) -> None:
    renaming = make_renaming(copy, seed=SEED)

    assert len({renaming.word(word) for word in words}) == len(words)


@given(copy=COPIES, word=WORDS)
@settings(derandomize=True, max_examples=150)
def test_no_word_becomes_one_that_means_something(copy: int, word: str) -> None:
    renamed = make_renaming(copy, seed=SEED).word(word)

    assert (renamed.lower() in KEPT_WORDS) == (word.lower() in KEPT_WORDS)


@given(word=st.text("bcdfg", min_size=3, max_size=6).filter(lambda word: word not in KEPT_WORDS))
@settings(derandomize=True, max_examples=100)
def test_a_word_is_another_one_in_every_copy(word: str) -> None:
    renamed = {make_renaming(copy, seed=SEED).word(word) for copy in range(MOST_COPIES)}

    assert len(renamed) == MOST_COPIES


def test_the_first_copy_is_the_economy_itself() -> None:
    row = {
        "source_id": "CRM-1",
        "full_name": "Jörg Müller",
        "email": "j.mueller@acme.de",
        "phone": "+49 215 2080518",
        "birth_date": "1964-08-28",
        "tax_id": "DE734323362",
    }
    renamed = rules(make_renaming(0, seed=SEED))

    assert {column: renamed[column](value) for column, value in row.items()} == row


@pytest.mark.parametrize("copy", range(1, MOST_COPIES))
def test_what_was_alike_stays_alike(copy: int) -> None:
    renaming = make_renaming(copy, seed=SEED)
    name, shouted, mail = (renaming.text(v) for v in ("Anna Müller", "ANNA MÜLLER", "anna.mueller"))

    assert shouted == name.upper()
    plain = name.lower().replace(" ", ".").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    assert mail == plain


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        pytest.param("Hurl Medical GmbH", "GmbH", id="legal-form"),
        pytest.param("12 Kirke Street", "12 ", id="house-number"),
        pytest.param("12 Kirke Street", " Street", id="kind-of-street"),
    ],
)
def test_the_language_of_the_field_stays(value: str, kept: str) -> None:
    renamed = make_renaming(3, seed=SEED).text(value)

    assert kept in renamed
    assert renamed != value


@pytest.mark.parametrize(
    ("email", "ending"),
    [
        pytest.param("anna@gmail.com", "@gmail.com", id="provider"),
        pytest.param("anna@acme.co.uk", ".co.uk", id="end-of-domain"),
    ],
)
def test_providers_and_ends_of_domains_stay(email: str, ending: str) -> None:
    renamed = make_renaming(4, seed=SEED).email(email)

    assert renamed.endswith(ending)
    assert not renamed.startswith("anna")


def test_a_role_mailbox_stays_one_at_another_domain() -> None:
    local, domain = make_renaming(5, seed=SEED).email("info@hurlmedical.ch").split("@")

    assert local == "info"
    assert domain != "hurlmedical.ch"


@pytest.mark.parametrize("copy", range(1, MOST_COPIES))
def test_a_phone_is_the_same_in_every_spelling(copy: int) -> None:
    renaming = make_renaming(copy, seed=SEED)
    spellings = ("+49 215 2080518", "0049215 2080518", "0215/2080518", "(0)215-208-0518", "02152080518")
    national = {"".join(filter(str.isdigit, renaming.phone(phone)))[-7:] for phone in spellings}

    assert len(national) == 1
    assert national != {"2080518"}
    assert renaming.phone("+49 215 2080518").startswith("+49 215 ")


@given(copy=COPIES, year=st.sampled_from(YEARS))
@settings(derandomize=True, max_examples=60)
def test_a_birth_date_keeps_day_and_month_and_leap_years(copy: int, year: int) -> None:
    renamed = make_renaming(copy, seed=SEED).birth_date(f"{year}-02-28")

    assert int(renamed[:4]) in YEARS
    assert (int(renamed[:4]) - year) % 4 == 0
    assert renamed.endswith("-02-28")


@pytest.mark.parametrize("value", ["1900-01-01", "19667-09-13", "1967-0-29"])
def test_a_placeholder_or_misspelt_date_stays(value: str) -> None:
    assert make_renaming(2, seed=SEED).birth_date(value) == value


def test_there_are_no_more_copies_than_digits() -> None:
    with pytest.raises(ValueError, match="copy 10"):
        make_renaming(MOST_COPIES, seed=SEED)
