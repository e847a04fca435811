"""The demo company's world: the people, organisations and mailboxes that its systems write about.

Everything here is invented, true and dated; the systems in `demo/systems` see parts of it, late and
with mistakes. Every random choice comes from a generator named for its entity, so that one entity
more leaves the others as they are.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SEED = "concord-demo-1"
DIAL_CODES = {"DE": "49", "AT": "43", "GB": "44", "US": "1", "FR": "33", "NL": "31", "SE": "46", "CH": "41"}
LANGUAGES = {"DE": "de", "AT": "de", "CH": "de", "GB": "en", "US": "en", "FR": "fr", "NL": "nl", "SE": "sv"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    number: str
    street: str
    postcode: str
    city: str
    state: str
    country: str  # ISO 3166 alpha-2

    @property
    def street_line(self) -> str:
        """Street and house number in the order of the country."""
        number_first = self.country in ("GB", "US", "FR")
        return f"{self.number} {self.street}" if number_first else f"{self.street} {self.number}"


@dataclass(frozen=True, slots=True)
class Phone:
    country: str  # ISO 3166 alpha-2
    national: str  # as written within the country, with the trunk 0

    @property
    def international(self) -> str:
        """The number with its country code: `+49 40 66969 120`."""
        national = self.national if self.country == "US" else self.national.removeprefix("0")
        return f"+{DIAL_CODES[self.country]} {national}"

    @property
    def bare_digits(self) -> str:
        """The number as some systems store it: 00, country code, digits."""
        return "00" + "".join(letter for letter in self.international if letter.isdigit())


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A registered organisation; `domain` and `phone` are those of its whole group."""

    entity_id: str
    name: str
    form: str
    variants: tuple[str, ...]
    former_name: str | None
    address: Address
    phone: Phone
    domain: str
    tax_number: str
    register_number: str

    @property
    def full_name(self) -> str:
        """The registered name with its legal form."""
        return f"{self.name} {self.form}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonState:
    """What is true of a person from `since` on."""

    since: date
    family_name: str
    birth_name: str | None  # family name at birth, where it was another
    employer: Organization | None
    job_title: str
    email: str
    phone: Phone
    mobile: Phone
    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    entity_id: str
    language: str
    gender: str  # f or m
    given_name: str
    middle_name: str
    nicknames: tuple[str, ...]
    suffix: str
    birth_date: date
    private_email: str
    states: tuple[PersonState, ...]  # oldest first

    def at(self, day: date) -> PersonState:
        """Return the state in force on a day; before the first one, the first."""
        past = [state for state in self.states if state.since <= day]
        return past[-1] if past else self.states[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address that several people read; it is nobody's own."""

    entity_id: str
    email: str
    names: tuple[str, ...]
    owner: Organization


@dataclass(frozen=True, slots=True)
class World:
    organizations: tuple[Organization, ...]
    people: tuple[Person, ...]
    mailboxes: tuple[Mailbox, ...]


@cache
def atlas() -> dict[str, Any]:
    """Return the places, names and organisations of `world.yml`."""
    text = Path(__file__).with_name("world.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def dice(*names: str) -> random.Random:
    """Return the random generator that belongs to these names, the same in every run."""
    return random.Random(":".join((SEED, *names)))  # noqa: S311  # sample data, not secrets


def digits_for(pattern: str, rng: random.Random) -> str:
    """Return the pattern with each `#` replaced by a digit."""
    return "".join(str(rng.randrange(10)) if letter == "#" else letter for letter in pattern)


def address_in(place: dict[str, Any], rng: random.Random) -> Address:
    """Return an address in a place of the atlas."""
    number = str(rng.randint(1, 148)) + rng.choice(["", "", "", "", "a", "b"])
    return Address(
        number=number,
        street=rng.choice(place["streets"]),
        postcode=rng.choice(place["postcodes"]),
        city=place["city"],
        state=place.get("state", ""),
        country=place["country"],
    )


def landline_in(place: dict[str, Any], rng: random.Random) -> Phone:
    """Return a landline number of a place of the atlas."""
    return Phone(place["country"], digits_for(place["phone"], rng))


def mobile_in(country: str, rng: random.Random) -> Phone:
    """Return a mobile number of a country."""
    return Phone(country, digits_for(atlas()["mobiles"][country], rng))


def pick(options: Sequence[str], rng: random.Random) -> str:
    """Return one option, or nothing where there is none."""
    return rng.choice(options) if options else ""
