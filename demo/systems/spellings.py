"""How the systems of the demo company spell phone numbers, addresses, countries and whole names."""

import random

from demo.population.firms import Firm
from demo.trouble import flatten_letters, rewrite_form, shorten_street, typo
from demo.world import DIAL_CODES, Address, Organization, Person, PersonState, Phone
from demo.writing import family_name_of, given_name_of

COUNTRY_NAMES = {
    "DE": ("DE", "Germany", "Deutschland"),
    "AT": ("AT", "Austria", "Österreich"),
    "CH": ("CH", "Switzerland", "Schweiz"),
    "GB": ("GB", "United Kingdom", "UK"),
    "US": ("US", "USA", "United States"),
    "FR": ("FR", "France", "Frankreich"),
    "NL": ("NL", "Netherlands", "Niederlande"),
    "SE": ("SE", "Sweden", "Schweden"),
}


def phone_text(phone: Phone, rng: random.Random) -> str:
    """Return a phone number in one of the ways in which clerks type it."""
    roll = rng.random()
    if roll < 0.4:
        return phone.international
    if roll < 0.65:
        return phone.national
    if roll < 0.8:
        return phone.bare_digits
    if phone.country == "US":
        return phone.national.replace(") ", "-").strip("(")
    return f"+{DIAL_CODES[phone.country]} (0){phone.national.removeprefix('0').replace(' ', '-', 1)}"


def country_text(country: str, rng: random.Random) -> str:
    """Return a country as code or name."""
    return rng.choices(COUNTRY_NAMES[country], (8, 1, 1))[0]


def street_text(address: Address, rng: random.Random) -> str:
    """Return street and number, abbreviated or with a slip now and then."""
    line = address.street_line
    roll = rng.random()
    if roll < 0.35:
        return shorten_street(line)
    return typo(line, rng) if roll < 0.39 else line


def one_line(address: Address, rng: random.Random) -> str:
    """Return a whole address as one string."""
    street, country = street_text(address, rng), country_text(address.country, rng)
    if address.country in ("GB", "US"):
        city = " ".join(filter(None, (address.city, address.state, address.postcode)))
        return f"{street}, {city}, {country}"
    return f"{street}, {address.postcode} {address.city}" + (f", {country}" if rng.random() < 0.6 else "")


def firm_name(firm: Firm, rng: random.Random) -> str:
    """Return a firm's name as clerks write it: mostly right, else short, former, misspelt or in capitals."""
    organization: Organization = firm.organization
    roll = rng.random()
    if roll < 0.08 and organization.variants:
        return rng.choice(organization.variants)
    if roll < 0.2 and organization.former_name:
        return organization.former_name
    name = organization.name
    if roll < 0.3:
        name = flatten_letters(name, rng)
    elif roll < 0.37:
        name = typo(name, rng)
    elif roll < 0.42:
        name = name.upper()
    return f"{name} {rewrite_form(organization.form, rng)}".strip()


def whole_name(person: Person, state: PersonState, rng: random.Random, *, family_first: float) -> str:
    """Return a person's name in one field; with chance `family_first` as `Family, Given`."""
    given, family = given_name_of(person, rng), family_name_of(person, state, rng)
    if rng.random() < family_first:
        return f"{family}, {given}"
    return f"{given} {family}"
