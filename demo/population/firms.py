"""The organisations of the demo company's world: itself, its customers and its suppliers.

What is special about a firm follows from its number, so that every kind of trouble is there at any size:
each `EVERY` constant says that every n-th firm has it.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from anyascii import anyascii

from demo.population.atlas import Seed, address_in, atlas, landline_in, places_in
from demo.population.tax_numbers import tax_number
from demo.trouble import UMLAUTS
from demo.world import LANGUAGES, Address, Organization, Phone

EVERY_SUPPLIER = 5
EVERY_SUPPLIER_THAT_BUYS = 25  # customer and supplier at once
EVERY_GROUP = 12  # heads a group: the next firm, and often the one after it, are subsidiaries
EVERY_NAMESAKE = 37  # has the name of an earlier firm of another country
EVERY_RENAMED = 17
EVERY_MOVED = 8
EVERY_LATE_PAYER = 5
EVERY_SLOW_PAYER = 7
SHARES_HOUSE, SHARES_SWITCHBOARD = 0.35, 0.6  # of the subsidiaries in the country of their parent
COUNTRIES = ("DE", "DE", "DE", "GB", "DE", "US", "GB", "AT", "DE", "FR", "CH", "GB", "NL", "DE", "SE", "US")

Trade = Literal["own", "customer", "supplier", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """An organisation with what changes about it and how it behaves; `number` 0 is the demo company."""

    number: int
    organization: Organization
    trade: Trade
    parent: int | None  # number of the firm that owns it
    former_address: Address
    moved_on: date  # when the former address ended; before the window where the firm never moved
    days_late: tuple[int, int]  # between which it pays after the due date

    @property
    def entity_id(self) -> str:
        """The true identity, which no system knows."""
        return self.organization.entity_id

    @property
    def language(self) -> str:
        """The language of its country."""
        return LANGUAGES[self.organization.address.country]

    @property
    def buys(self) -> bool:
        """Whether it is a customer."""
        return self.trade in ("customer", "both")

    @property
    def sells(self) -> bool:
        """Whether it is a supplier."""
        return self.trade in ("supplier", "both")

    def address_at(self, day: date) -> Address:
        """Return the address in force on a day."""
        return self.former_address if day < self.moved_on else self.organization.address


def found_firms(count: int, seed: Seed, *, first_day: date, last_day: date) -> tuple[Firm, ...]:
    """Return the demo company and `count` firms around it, parents before their subsidiaries."""
    firms: list[Firm] = []
    domains: set[str] = set()
    for number in range(count + 1):
        rng = seed.dice("firm", number)
        parent = _parent(firms, number)
        organization = _organization(firms, parent, rng, number=number, domains=domains)
        domains.add(organization.domain)
        moved = number % EVERY_MOVED == 6
        firms.append(
            Firm(
                number=number,
                organization=organization,
                trade=_trade(number),
                parent=parent.number if parent else None,
                former_address=_address(organization.address.country, rng) if moved else organization.address,
                moved_on=first_day + timedelta(days=rng.randrange(200, max(201, (last_day - first_day).days)))
                if moved
                else first_day,
                days_late=_days_late(number),
            )
        )
    return tuple(firms)


def _trade(number: int) -> Trade:
    if number == 0:
        return "own"
    if number % EVERY_SUPPLIER_THAT_BUYS == 0:
        return "both"
    return "supplier" if number % EVERY_SUPPLIER == 0 else "customer"


def _days_late(number: int) -> tuple[int, int]:
    if number % EVERY_LATE_PAYER == 1:
        return (20, 60)
    return (5, 18) if number % EVERY_SLOW_PAYER == 0 else (-8, 2)


def _parent(firms: list[Firm], number: int) -> Firm | None:
    place = number % EVERY_GROUP
    has_two = number // EVERY_GROUP % 2 == 0
    if number < EVERY_GROUP or place not in ((1, 2) if has_two else (1,)):
        return None
    return firms[number - place]


def _organization(
    firms: list[Firm], parent: Firm | None, rng: random.Random, *, number: int, domains: set[str]
) -> Organization:
    namesake = None
    country = COUNTRIES[number % len(COUNTRIES)]
    if parent is not None and rng.random() < 0.7:
        country = parent.organization.address.country
    elif number % EVERY_NAMESAKE == 0 and number:
        namesake = firms[number // 2].organization
    name, form = _name(country, rng, parent)
    while parent is not None and any(name == firm.organization.name for firm in firms[parent.number :]):
        name, form = _name(country, rng, parent)
    if namesake is not None and namesake.address.country != country:
        name = namesake.name
    address = _address(country, rng)
    return Organization(
        entity_id=f"organization-{number:06}",
        name=name,
        form=form,
        variants=() if parent else _variants(name, rng),  # the short form means the head of a group
        former_name=f"{' '.join(_name(country, rng, None))}" if number % EVERY_RENAMED == 5 else None,
        address=parent.organization.address
        if parent and parent.organization.address.country == country and rng.random() < SHARES_HOUSE
        else address,
        phone=_phone(parent, country, address, rng),
        domain=parent.organization.domain if parent else _domain(name, country, domains),
        tax_number=tax_number(country, rng),
        register_number="",
    )


def _name(country: str, rng: random.Random, parent: Firm | None) -> tuple[str, str]:
    """Return a name and a legal form; a subsidiary carries the first word of its parent."""
    kit: dict[str, Any] = atlas()["organizations"]
    words = kit[LANGUAGES[country]]
    first = (
        parent.organization.name.split()[0]
        if parent
        else rng.choice(words["first"]) + rng.choice(words["second"])
    )
    form = rng.choice((kit["us"] if country == "US" else words)["forms"])
    return f"{first} {rng.choice(words['trade'])}", form


def _variants(name: str, rng: random.Random) -> tuple[str, ...]:
    """Return what people call the firm besides its name: its first word, or its initials."""
    words = name.split()
    if rng.random() < 0.6:
        return ()
    return (words[0],) if rng.random() < 0.8 else ("".join(word[0] for word in words), words[0])


def _address(country: str, rng: random.Random) -> Address:
    return address_in(rng.choice(places_in(country)), rng, LANGUAGES[country])


def _phone(parent: Firm | None, country: str, address: Address, rng: random.Random) -> Phone:
    """Return the switchboard: often that of the group within one country, else one of the place."""
    is_near = parent is not None and parent.organization.phone.country == country
    if parent is not None and is_near and rng.random() < SHARES_SWITCHBOARD:
        return parent.organization.phone
    return landline_in(next(p for p in places_in(country) if p["city"] == address.city), rng)


def _domain(name: str, country: str, taken: set[str]) -> str:
    words = [anyascii(word.translate(UMLAUTS)).lower() for word in name.replace("&", "").split()]
    slug = "-".join("".join(letter for letter in word if letter.isalnum()) for word in words)
    domain = f"{slug}.example"
    if domain in taken:
        domain = f"{slug}-{country.lower()}.example"
    counter = 2
    while domain in taken:
        domain, counter = f"{slug}{counter}.example", counter + 1
    return domain
