from datetime import date

from demo.sample import build_world
from demo.world import Address, Phone, address_in, atlas, dice, digits_for, landline_in, mobile_in, pick


def test_the_same_names_throw_the_same_dice() -> None:
    assert dice("P001").random() == dice("P001").random()
    assert dice("P001").random() != dice("P002").random()


def test_a_pattern_keeps_all_but_its_hashes() -> None:
    number = digits_for("040 66969 ###", dice("any"))

    assert number.startswith("040 66969 ")
    assert number[-3:].isdigit()


def test_a_person_is_as_the_last_state_before_the_day_says() -> None:
    married = next(p for p in build_world().people if p.states[-1].birth_name)

    assert married.at(date(2020, 1, 1)).birth_name is None
    assert married.at(date(2026, 1, 1)).birth_name == married.states[0].family_name
    assert married.at(date(1999, 1, 1)) == married.states[0]


def test_a_number_loses_its_trunk_zero_abroad() -> None:
    assert Phone("DE", "040 66969 120").international == "+49 40 66969 120"
    assert Phone("US", "(512) 555-0143").international == "+1 (512) 555-0143"
    assert Phone("GB", "0113 496 0624").bare_digits == "00441134960624"


def test_the_house_number_stands_where_the_country_has_it() -> None:
    house = {"number": "4a", "street": "Weir", "postcode": "1", "city": "x", "state": ""}

    assert Address(country="GB", **house).street_line == "4a Weir"
    assert Address(country="DE", **house).street_line == "Weir 4a"


def test_places_give_addresses_and_numbers_of_their_own() -> None:
    for place in atlas()["places"]:
        assert address_in(place, dice("a")).city == place["city"]
        assert landline_in(place, dice("a")).country == place["country"]
        assert mobile_in(place["country"], dice("a")).country == place["country"]


def test_nothing_is_picked_from_nothing() -> None:
    assert pick([], dice("a")) == ""
