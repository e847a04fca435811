from collections.abc import Callable

import pytest

from resolution.standardise.folding import fold_values, folded, romanised, romanised_name

FormsOf = Callable[..., list[dict[str, object]]]


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        pytest.param("Müller", "muller", id="umlaut"),
        pytest.param("Straße", "strasse", id="sharp-s"),
        pytest.param("Łódź", "lodz", id="polish"),
        pytest.param("Ærøskøbing", "aeroskobing", id="danish"),
        pytest.param("O\u2019Brien \u2013 Co", "o'brien - co", id="typographic-signs"),
        pytest.param("O`Brien\tCo", "o'brien co", id="plain-letters-with-signs"),
        pytest.param("\uff21\uff22\uff23\uff11\uff12", "abc12", id="full-width"),
        pytest.param("Ελένη", "eleni", id="greek"),
        pytest.param("😀", "", id="nothing-to-write"),
    ],
)
def test_text_of_any_script_becomes_ascii(raw: str, plain: str, forms_of: FormsOf) -> None:
    [form] = forms_of(fold_values, [raw])

    assert form["folded"] == plain


def test_folding_in_sql_is_only_an_expression() -> None:
    assert folded("name").count("name") == 1


def test_a_chinese_name_is_written_family_first() -> None:
    assert romanised_name("张秀英") == "zhang, xiuying"
    assert romanised("张秀英") != romanised_name("张秀英")
