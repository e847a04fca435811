from collections.abc import Callable

import pytest

from resolution.standardise.phones import standardise_phones

FormsOf = Callable[..., list[dict[str, object]]]


def phone(forms_of: FormsOf, raw: str, country: str = "") -> object:
    [form] = forms_of(standardise_phones, [raw], hints={"country": [country]})
    return form["phone"]


@pytest.mark.parametrize(
    "raw",
    [
        "+49 158/3456789",
        "00491583456789",
        "0158-3456789",
        "(0)158 345 67 89",
        "+49 (0) 158 3456789",
        "tel:+49-158-3456789",
    ],
)
def test_one_number_written_in_many_ways_gives_one_key(raw: str, forms_of: FormsOf) -> None:
    assert phone(forms_of, raw) == "1583456789"


@pytest.mark.parametrize(
    ("raw", "country", "key"),
    [
        pytest.param("18188922818", "", "8188922818", id="american-with-one"),
        pytest.param("1-818-892-2818 ext. 12", "us", "8188922818", id="extension"),
        pytest.param("818-892-2818 x4", "us", "8188922818", id="short-extension"),
        pytest.param("92-42-35925774", "pk", "4235925774", id="code-of-the-row's-country"),
        pytest.param("13812345678", "cn", "13812345678", id="chinese-mobile-keeps-its-one"),
        pytest.param("8 (495) 123-45-67", "ru", "4951234567", id="russian-trunk-eight"),
        pytest.param("011 44 20 7946 0958", "us", "2079460958", id="american-international-prefix"),
        pytest.param("521-1600", "", "5211600", id="local-number"),
        pytest.param("4936202565", "in", "4936202565", id="area-code-that-looks-like-a-country"),
    ],
)
def test_national_significant_number(raw: str, country: str, key: str, forms_of: FormsOf) -> None:
    assert phone(forms_of, raw, country) == key


@pytest.mark.parametrize("raw", ["000-000", "1234567", "999999999", "12345", "n/a", "+49"])
def test_a_number_that_says_nothing_is_missing(raw: str, forms_of: FormsOf) -> None:
    assert phone(forms_of, raw) is None
