import duckdb
import pytest

from context_api.store.asked_terms import keys_asked, words_asked
from resolution.standardise.emails import standardise_emails
from resolution.standardise.phones import standardise_phones

PHONES = (
    "+44 141 496 0015", "0044 141 496 0015", "0141 496 0015", "+33 6 39 98 42 24", "+49 (0)171-3943387",
    "+1 212 555 0147", "+420 601 123 456", "+41 31 555 01 00",
)  # fmt: skip
MAILS = ("Ann@Acme.example", "mailto:ann.lee@gmail.com", "ann+news@acme.example", "Jürgen@müller.example")


@pytest.mark.parametrize("asked", PHONES)
def test_a_phone_is_asked_for_by_the_key_that_standardising_makes(asked: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table raw as select $1 as raw, '' as country", [asked])
        standardise_phones(connection, "raw", forms="forms")
        (key,) = connection.execute("select phone from forms").fetchone() or ("",)

    assert key in keys_asked(asked)


@pytest.mark.parametrize("asked", MAILS)
def test_a_mail_is_asked_for_by_the_key_that_standardising_makes(asked: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table raw as select $1 as raw", [asked])
        standardise_emails(connection, "raw", forms="forms")
        (key,) = connection.execute("select email from forms").fetchone() or ("",)

    assert key in keys_asked(asked)


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("DE 104 435 702", "de:104435702"),
        ("CHE-104.069.474", "ch:104069474"),
        ("EL123456789", "gr:123456789"),
        ("ATU24783848", "at:U24783848"),
        ("12-0754252", "120754252"),
        ("de:104435702", "de:104435702"),
    ],
)
def test_an_identifier_is_asked_for_however_it_is_written(asked: str, key: str) -> None:
    assert key in keys_asked(asked)


def test_words_are_those_of_names() -> None:
    assert words_asked("  Jürgen O'Brien-Groß, Jürgen ") == ("jurgen", "obrien", "gross")
    assert words_asked("!!!") == ()
    assert len(words_asked(" ".join("abcdefghijklmn"))) == 8
