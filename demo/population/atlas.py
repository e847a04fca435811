"""The places and words of the demo company's surroundings, and the dice that choose among them.

Every random choice comes from dice named for what it decides, so that one party more leaves the others
as they are, and the same seed always tells the same story.
"""

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from demo.world import Address, Phone

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Seed:
    """The seed of one company."""

    text: str

    def dice(self, *names: object) -> random.Random:
        """Return the random generator that belongs to these names."""
        return random.Random(":".join((self.text, *map(str, names))))  # noqa: S311  # no secrets


@cache
def atlas() -> dict[str, Any]:
    """Return the content of `atlas.yml`."""
    text = Path(__file__).with_name("atlas.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@cache
def places_in(country: str) -> tuple[dict[str, str], ...]:
    """Return the places of a country."""
    return tuple(place for place in atlas()["places"] if place["country"] == country)


def fill(pattern: str, rng: random.Random) -> str:
    """Return the pattern with `#`, `%` and `@` replaced by a digit, a digit from 2 on, and a letter."""
    choices = {"#": "0123456789", "%": "23456789", "@": LETTERS}
    return "".join(rng.choice(choices[sign]) if sign in choices else sign for sign in pattern)


def address_in(place: dict[str, str], rng: random.Random, language: str) -> Address:
    """Return an address in a place, on a street named in its language."""
    first, second = atlas()["streets"][language]
    return Address(
        number=str(rng.randint(1, 180)) + rng.choice(["", "", "", "", "a", "b"]),
        street=rng.choice(first) + rng.choice(second),
        postcode=fill(place["postcode"], rng),
        city=place["city"],
        state=place.get("state", ""),
        country=place["country"],
    )


def landline_in(place: dict[str, str], rng: random.Random) -> Phone:
    """Return a landline number of a place."""
    return Phone(place["country"], fill(place["phone"], rng))


def mobile_in(country: str, rng: random.Random) -> Phone:
    """Return a mobile number of a country."""
    return Phone(country, fill(atlas()["mobiles"][country], rng))
