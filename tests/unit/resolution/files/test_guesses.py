import pytest

from resolution.files.guesses import guess_column
from resolution.files.profiles import ColumnProfile


def guess(column: str, *values: str, filled: int | None = None):  # type: ignore[no-untyped-def]
    count = len(values) if filled is None else filled
    return guess_column(ColumnProfile(column, max(len(values), 1), count, len(set(values)), values))


def test_a_header_borne_out_by_values_is_believed() -> None:
    found = guess("Nachname", "Müller", "Schmidt")

    assert (found.attribute, found.confidence) == ("family_name", 1.0)
    assert found.reason == "header says nachname, all values fit"


@pytest.mark.parametrize(
    ("column", "values", "attribute"),
    [
        ("email", ["01/31/13", "08/31/13", "09/30/12"], "ignore"),
        ("center_director", ["www.a.com", "www.b.org", "www.c.net"], "web_domain"),
        ("phone", ["a@x.com", "b@x.com", "c@y.com"], "email"),
        ("website", ["Yes", "No", "No"], "ignore"),
        ("by", ["1970", "1980"], "birth_year"),
        ("by", ["Aarhus", "Odense"], "city"),
        ("Title", ["Mr", "Mrs"], "salutation"),
        ("Title", ["CFO", "Buyer"], "job_title"),
        ("type", ["italian", "french"], "ignore"),
        ("date", ["2020-01-01", "2021-01-01"], "ignore"),
        ("contact", ["Ann Lee", "Bob Ray"], "name"),
    ],
)
def test_values_overrule_the_header(column: str, values: list[str], attribute: str) -> None:
    assert guess(column, *values).attribute == attribute


def test_somebody_elses_email_is_not_taken() -> None:
    assert guess("spouse_email", "a@x.com", "b@x.com", "c@x.com").attribute == "ignore"


def test_an_empty_column_is_ignored_for_sure() -> None:
    found = guess("email")

    assert (found.attribute, found.confidence, found.reason) == ("ignore", 1.0, "the column is empty")
