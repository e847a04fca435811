from collections.abc import Callable

import pytest

from resolution.standardise.person_names import standardise_full_names, standardise_name_words

FormsOf = Callable[..., list[dict[str, object]]]


@pytest.mark.parametrize(
    ("raw", "given", "middle", "family"),
    [
        pytest.param("Maria Sentosa", "maria", None, "sentosa", id="given-family"),
        pytest.param("Sentosa, Maria Luis", "maria", "luis", "sentosa", id="family-comma-given"),
        pytest.param(
            "DR. KARL-HEINZ VON DER LEYEN", "karl", "heinz", "von der leyen", id="title-hyphen-particles"
        ),
        pytest.param("Frau Prof. Dr. Eva Müller", "eva", None, "muller", id="several-titles"),
        pytest.param("J. R. Smith", "j", "r", "smith", id="initials"),
        pytest.param("Luis Vilches-Barreto", "luis", None, "vilches barreto", id="hyphen-in-family"),
        pytest.param("van den Brink, Jan", "jan", None, "van den brink", id="particles-before-comma"),
        pytest.param("O'Brien, Séamus", "seamus", None, "obrien", id="apostrophe-and-accent"),
        pytest.param("Ben Affleck", "ben", None, "affleck", id="given-name-that-is-a-particle-elsewhere"),
        pytest.param("Cher", None, None, "cher", id="one-word"),
        pytest.param("Smith, John, Jr.", "john", None, "smith", id="suffix-behind-comma"),
        pytest.param("John Smith, PhD", "john", None, "smith", id="credential-behind-comma"),
        pytest.param("Thomas Clifford, 1st Baron Chudleigh", "thomas", None, "clifford", id="peerage"),
        pytest.param("王杰", "jie", None, "wang", id="chinese-family-first"),
        pytest.param("欧阳娜娜", "nana", None, "ouyang", id="chinese-family-of-two-signs"),
        pytest.param("김철수", "cheolsu", None, "kim", id="korean-family-first"),
        pytest.param("ВАСИЛЬЕВ, Александр Павлович", "aleksandr", "pavlovich", "vasilev", id="cyrillic"),
        pytest.param("Gabriel No Last Name", None, None, "gabriel", id="phrase-for-nothing"),
        pytest.param("Mr.", None, None, None, id="title-alone"),
    ],
)
def test_a_whole_name_is_taken_apart(
    raw: str, given: str | None, middle: str | None, family: str | None, forms_of: FormsOf
) -> None:
    [form] = forms_of(standardise_full_names, [raw])

    assert (form["given"], form["middle"], form["family"]) == (given, middle, family)


@pytest.mark.parametrize(
    ("raw", "suffix"),
    [
        ("John Smith Jr.", "jr"),
        ("John Smith III", "iii"),
        ("Smith Sr., John", "sr"),
        ("John Smith 3rd", "iii"),
        ("John Smith", None),
    ],
)
def test_a_suffix_is_kept_apart(raw: str, suffix: str | None, forms_of: FormsOf) -> None:
    [form] = forms_of(standardise_full_names, [raw])

    assert (form["family"], form["suffix"]) == ("smith", suffix)


@pytest.mark.parametrize("raw", ['Robert "Bob" Smith', "Robert (Bob) Smith"])
def test_a_nickname_in_quotes_or_parentheses_is_another_given_name(raw: str, forms_of: FormsOf) -> None:
    [form] = forms_of(standardise_full_names, [raw])

    assert (form["given"], form["family"], form["nickname"]) == ("robert", "smith", "bob")


@pytest.mark.parametrize(
    ("raw", "words", "suffix"),
    [
        pytest.param("De la Cruz", "de la cruz", None, id="particles-stay"),
        pytest.param("VILCHES-BARRETO", "vilches barreto", None, id="hyphen"),
        pytest.param("Smith Jr", "smith", "jr", id="suffix"),
        pytest.param("D'Angelo", "dangelo", None, id="apostrophe"),
        pytest.param("Baronet", None, None, id="rank-alone"),
        pytest.param("Earl", "earl", None, id="given-name-that-is-a-rank"),
    ],
)
def test_a_part_of_a_name_is_cleaned(
    raw: str, words: str | None, suffix: str | None, forms_of: FormsOf
) -> None:
    [form] = forms_of(standardise_name_words, [raw])

    assert (form["words"], form["suffix"]) == (words, suffix)


def test_a_standard_name_stays_as_it_is(forms_of: FormsOf) -> None:
    raw = ["Jan van den Brink", "Sentosa, Maria Luis", "王杰", "Dr. Eva Müller-Lüdenscheidt"]
    once = forms_of(standardise_full_names, raw)
    joined = [
        " ".join(str(form[part]) for part in ("given", "middle", "family") if form[part]) for form in once
    ]

    words = forms_of(standardise_name_words, joined)

    assert [form["words"] for form in words] == joined
