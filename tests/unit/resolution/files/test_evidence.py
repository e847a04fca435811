import pytest

from resolution.domain.attributes import Attribute
from resolution.files.evidence import SUPPORT, describe, detect, is_party_type
from resolution.files.lexicon import load_lexicon
from resolution.files.profiles import ColumnProfile


def profile(*values: str) -> ColumnProfile:
    return ColumnProfile("c", len(values), len(values), len(set(values)), values)


@pytest.mark.parametrize(
    ("values", "attribute", "kind"),
    [
        (["a@x.com", "b@x.com", "c@y.com"], "email", None),
        (["www.a.com", "https://b.org/x", "c.net"], "web_domain", None),
        (["+49 30 1234567", "(415) 555-1212", "030/998877"], "phone", None),
        (["5493001KJTIIGC8Y1R12"] * 3, "identifier", "lei"),
        (["DE136695976", "ATU13585627", "DE136695976"], "identifier", "tax"),
    ],
)
def test_clear_values_speak_for_themselves(values: list[str], attribute: str, kind: str | None) -> None:
    found = detect(profile(*values))

    assert found is not None
    assert (found.meaning.attribute, found.meaning.kind) == (attribute, kind)


@pytest.mark.parametrize(
    "values",
    [
        ["a@x.com", "b@x.com"],
        ["1", "2", "3"],
        ["2020-01-01"] * 5,
        ["Ann", "Bob", "Cy"],
        ["https://p.gov/1", "https://p.gov/2", "https://p.gov/3"],
    ],
    ids=["too-few", "numbers", "dates", "names", "pages-of-one-site"],
)
def test_unclear_values_do_not(values: list[str]) -> None:
    assert detect(profile(*values)) is None


def test_every_meaning_of_the_lexicon_can_be_borne_out() -> None:
    meanings = {meaning.attribute for found in load_lexicon().by_key.values() for meaning in found}

    assert meanings <= set(SUPPORT)
    assert set(Attribute) - {Attribute.IGNORE} <= set(SUPPORT)


def test_party_types_are_known_in_any_case() -> None:
    assert is_party_type("PERSON")
    assert is_party_type("juristische Person")
    assert not is_party_type("italian")


def test_values_are_described_in_words() -> None:
    assert describe(profile("01/31/13", "08/31/13")) == "dates"
    assert describe(profile("Yes", "No", "No")) == "yes and no"
    assert describe(profile("x!", "y!")) == "something else"
