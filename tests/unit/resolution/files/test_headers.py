import pytest

from resolution.files.headers import parse_header


@pytest.mark.parametrize(
    "name", ["LastName", "last_name", "LAST NAME", "last-name", " Last.Name ", "lastName"]
)
def test_case_and_separators_do_not_matter(name: str) -> None:
    assert parse_header(name).words == ("last", "name")


def test_accents_and_scripts_become_latin_words() -> None:
    assert parse_header("Straße").key == "strasse"
    assert parse_header("Prénom").key == "prenom"
    assert parse_header("Фамилия").key == "familiya"


@pytest.mark.parametrize(
    ("name", "number", "line"),
    [
        ("phone1", 1, None),
        ("Phone 2", 2, None),
        ("addr_2_line1", 2, 1),
        ("AddressLine2", None, 2),
        ("address line one", None, 1),
        ("PreviousName_1.CompanyName", 1, None),
        ("phone", None, None),
        ("column_3", None, None),
    ],
)
def test_numbers_and_line_numbers_are_read_apart(name: str, number: int | None, line: int | None) -> None:
    header = parse_header(name)

    assert (header.number, header.line) == (number, line)


def test_a_header_of_nothing_but_signs_has_no_words() -> None:
    assert parse_header("$%&").words == parse_header("").words == ()
