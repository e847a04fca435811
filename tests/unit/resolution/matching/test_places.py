"""What the comparisons of places call a pair, through the real engine."""

import pytest

from resolution.domain.attributes import PartyType
from resolution.matching.comparisons import Comparison
from resolution.matching.places import ADDRESS, BIRTH_PLACE

CATALOGUE = (ADDRESS, BIRTH_PLACE)
PARTY_TYPE = PartyType.PERSON
Place = dict[str, object]
Case = tuple[str, str, Place, Place]


def _at(street: str | None, number: str | None, postcode: str | None, city: str | None) -> Place:
    return {"street": street, "house_number": number, "postcode": postcode, "city": city}


HOME = _at("oak avenue", "12", "10115", "berlin")
MOVED = {**_at("elm road", "3", "80331", "munich"), "addresses_alt": [HOME]}
CASES: list[Case] = [
    ("address", "same", HOME, _at("oak avenue", "12", "10115", None)),
    ("address", "same", HOME, _at("oak avenue", "12", None, None)),
    ("address", "same", HOME, _at("oak avenue", "12", "10116", "berlim")),
    ("address", "same as a further address", MOVED, HOME),
    ("address", "same number, street alike, same area", HOME, _at("oak avenu", "12", "10115", "berlin")),
    ("address", "same number, street alike, same area", HOME, _at("oak avenue", None, "10115", "berlin")),
    (
        "address",
        "same or like street and area, other number",
        HOME,
        _at("oak avenue", "99", "10115", "berlin"),
    ),
    ("address", "same number and area", HOME, _at("mill lane", "12", "10115", "berlin")),
    ("address", "same street and number elsewhere", HOME, _at("oak avenue", "12", "80331", "munich")),
    ("address", "same postcode", HOME, _at("mill lane", "7", "10115", "berlin")),
    ("address", "same city, or postcode one off", HOME, _at("mill lane", "7", "13357", "berlin")),
    ("address", "same city, or postcode one off", HOME, _at("mill lane", "7", "10116", "pankow")),
    ("address", "different", HOME, _at("elm road", "3", "80331", "munich")),
    ("address", "missing", HOME, {}),
    ("address", "missing", _at("oak avenue", "12", None, None), _at(None, None, "10115", "berlin")),
    ("birth_place", "same", {"birth_place": "lyon"}, {"birth_place": "lyon"}),
    ("birth_place", "alike", {"birth_place": "strasbourg"}, {"birth_place": "strassbourg"}),
    ("birth_place", "different", {"birth_place": "lyon"}, {"birth_place": "strasbourg"}),
    ("birth_place", "missing", {"birth_place": "lyon"}, {}),
]


def test_a_pair_gets_the_level_that_describes_it_whichever_record_is_left(
    case: Case, levels: tuple[str, str]
) -> None:
    assert levels == (case[1], case[1])


@pytest.mark.parametrize("comparison", CATALOGUE, ids=lambda c: c.name)
def test_every_level_has_an_example(comparison: Comparison) -> None:
    shown = {label for name, label, *_ in CASES if name == comparison.name}

    assert shown == {level.label for level in comparison.levels} | {"missing"}


def test_a_branch_is_at_another_address_as_a_party_is_that_moved() -> None:
    shared = {level.label for level in ADDRESS.levels if "branch" in level.shared_by}

    assert shared == {
        "same or like street and area, other number",
        "same postcode",
        "same city, or postcode one off",
        "different",
    }
    assert "branch" not in ADDRESS.shared_by
