import phonenumbers

from demo.population.atlas import Seed
from demo.population.population import Population
from demo.systems.spellings import country_text, firm_name, one_line, phone_text, street_text, whole_name
from demo.world import Phone


def test_every_spelling_of_a_number_is_the_same_number() -> None:
    rng = Seed("tests").dice()
    spelt = {phone_text(Phone("DE", "040 6629365"), rng) for _ in range(60)}
    read = {
        phonenumbers.format_number(phonenumbers.parse(s, "DE"), phonenumbers.PhoneNumberFormat.E164)
        for s in spelt
    }

    assert len(spelt) == 4
    assert read == {"+49406629365"}


def test_a_firm_has_many_spellings_most_of_them_right(population: Population) -> None:
    rng, firm = Seed("tests").dice(), population.firms[1]
    spelt = [firm_name(firm, rng) for _ in range(200)]

    assert len(set(spelt)) > 10
    assert sum(firm.organization.name in name for name in spelt) > 100


def test_family_names_come_first_as_often_as_asked(population: Population) -> None:
    rng, person = Seed("tests").dice(), population.people[20]
    names = [whole_name(person, person.states[0], rng, family_first=0.85) for _ in range(200)]

    assert 150 < sum(", " in name for name in names) < 190


def test_an_address_fits_one_line(population: Population) -> None:
    rng, address = Seed("tests").dice(), population.firms[1].organization.address

    assert address.city in one_line(address, rng)
    assert address.number in street_text(address, rng)
    assert country_text("DE", rng) in {"DE", "Germany", "Deutschland"}
