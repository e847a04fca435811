import phonenumbers
import pytest

from demo.population.atlas import Seed, address_in, atlas, fill, landline_in, mobile_in, places_in
from demo.world import LANGUAGES


def test_the_same_names_throw_the_same_dice() -> None:
    assert Seed("a").dice("firm", 3).random() == Seed("a").dice("firm", 3).random()
    assert Seed("a").dice("firm", 3).random() != Seed("b").dice("firm", 3).random()


def test_a_pattern_keeps_what_is_not_a_sign() -> None:
    text = fill("E% %@@-##", Seed("a").dice())

    assert text[0] == "E"
    assert text[5] == text[5].upper()
    assert text[-2:].isdigit()


@pytest.mark.parametrize("place", atlas()["places"], ids=lambda place: place["city"])
def test_the_numbers_of_a_place_can_be_read(place: dict[str, str]) -> None:
    phone = landline_in(place, Seed("a").dice())

    assert phonenumbers.is_possible_number(phonenumbers.parse(phone.international))


@pytest.mark.parametrize("country", sorted(LANGUAGES))
def test_every_country_has_places_streets_and_mobiles(country: str) -> None:
    rng = Seed("a").dice(country)
    address = address_in(places_in(country)[0], rng, LANGUAGES[country])

    assert address.country == country
    assert address.street
    assert phonenumbers.is_possible_number(phonenumbers.parse(mobile_in(country, rng).international))
