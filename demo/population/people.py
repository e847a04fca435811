"""The people of the demo company's world, and how their jobs, names and homes change over the years.

As with firms, what happens to a person follows from the person's number.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from anyascii import anyascii

from demo.population.atlas import Seed, address_in, atlas, landline_in, mobile_in, places_in
from demo.population.firms import Firm
from demo.trouble import UMLAUTS
from demo.world import Organization, Person, PersonState

EVERY_JOB_CHANGE = 9
EVERY_MARRIAGE = 11
EVERY_MOVE = 8
EVERY_NAMESAKE = 31  # has the name of an earlier person who works elsewhere
EVERY_HOUSEHOLD = 43  # shares home and family name with the colleague before: a family firm
EVERY_JUNIOR = 89  # the same, and the given name too
ROLES = (
    "finance_director",
    "accounts_payable",
    "buyer",
    "it_lead",
    "managing_director",
    "engineer",
    "assistant",
)
STAFF_SIZES = (1, 2, 2, 2, 2, 3, 3, 4, 4, 6)  # how many people of a firm anybody ever hears of
OWN_STAFF = 14


def staff_sizes(firms: Sequence[Firm], seed: Seed) -> Iterator[int]:
    """Yield how many known people each firm has."""
    for firm in firms:
        own = OWN_STAFF + len(firms) // 2000
        yield own if firm.number == 0 else seed.dice("staff", firm.number).choice(STAFF_SIZES)


def grow_people(
    firms: Sequence[Firm], seed: Seed, *, first_day: date, last_day: date
) -> tuple[tuple[Person, ...], dict[str, str]]:
    """Return everyone who works for the firms, and who has which mail address."""
    people: list[Person] = []
    owners: dict[str, str] = {}
    by_language = _by_language(firms)
    for firm, size in zip(firms, staff_sizes(firms, seed), strict=True):
        for place in range(size):
            number = len(people)
            rng = seed.dice("person", number)
            role = ROLES[place % len(ROLES)]
            person = _relate(_birth(number, firm, role, rng), people, first=place == 0, rng=rng)
            states = _live(person, number, by_language, rng, span=(first_day, last_day))
            people.append(_addressed(person, states, seed, owners))
    return tuple(people), owners


def _by_language(firms: Sequence[Firm]) -> dict[str, list[Organization]]:
    grouped: dict[str, list[Organization]] = {}
    for firm in firms:
        grouped.setdefault(firm.language, []).append(firm.organization)
    return grouped


def _birth(number: int, firm: Firm, role: str, rng: random.Random) -> Person:
    language, organization = firm.language, firm.organization
    country = organization.address.country
    gender = rng.choice("fm")
    given_names: dict[str, list[str]] = atlas()["given_names"][language][gender]
    given_name = rng.choice(list(given_names))
    place = rng.choice(places_in(country))
    born = date(1956, 1, 1) + timedelta(days=rng.randrange(365 * 46))
    family_name = _family_name(language, rng)
    state = PersonState(
        since=date(2000, 1, 1),
        family_name=family_name,
        birth_name=None,
        employer=organization,
        job_title=rng.choice(atlas()["job_titles"][role][language]),
        email="",
        phone=organization.phone if rng.random() < 0.35 else landline_in(place, rng),
        mobile=mobile_in(country, rng),
        address=address_in(place, rng, language),
    )
    return Person(
        entity_id=f"person-{number:06}",
        language=language,
        gender=gender,
        given_name=given_name,
        middle_name=rng.choice(list(given_names)) if rng.random() < 0.15 else "",
        nicknames=tuple(given_names[given_name]),
        suffix="",
        birth_date=born,
        private_email="",
        states=(state,),
    )


def _family_name(language: str, rng: random.Random) -> str:
    kit = atlas()["family_names"][language]
    if rng.random() < 0.2:
        return str(rng.choice(kit["frequent"]))
    return str(rng.choice(kit["first"]) + rng.choice(kit["second"]))


def _relate(person: Person, people: list[Person], *, first: bool, rng: random.Random) -> Person:
    """Make the person a relative of the colleague before, or a namesake, where the number says so."""
    number = len(people)
    state = person.states[0]
    if number % EVERY_NAMESAKE == 0 and number:
        start = rng.randrange(number)
        nearby = (people[at] for at in range(start, min(start + 40, number)))
        other = next((p for p in nearby if p.language == person.language), None)
        if other is not None:
            named = replace(state, family_name=other.states[0].family_name)
            return replace(
                person,
                given_name=other.given_name,
                nicknames=other.nicknames,
                gender=other.gender,
                states=(named,),
            )
    if first or not people:
        return person
    before = people[-1]
    home = replace(state, family_name=before.states[0].family_name, address=before.states[0].address)
    if number % EVERY_JUNIOR == 1:
        young = before.birth_date + timedelta(days=365 * 27)
        return replace(
            person,
            given_name=before.given_name,
            nicknames=before.nicknames,
            gender=before.gender,
            suffix="Jr.",
            birth_date=young,
            middle_name="",
            states=(home,),
        )
    return replace(person, states=(home,)) if number % EVERY_HOUSEHOLD == 0 else person


def _live(
    person: Person,
    number: int,
    organizations: dict[str, list[Organization]],
    rng: random.Random,
    *,
    span: tuple[date, date],
) -> list[PersonState]:
    """Return the states of a life, oldest first, without mail addresses."""
    first_day, last_day = span
    days = sorted(first_day + timedelta(days=rng.randrange((last_day - first_day).days)) for _ in range(3))
    states = list(person.states)
    works_for_us = number < OWN_STAFF
    if number % EVERY_MARRIAGE == 0 and person.gender == "f":
        last = states[-1]
        name = _family_name(person.language, rng)
        states.append(replace(last, since=days[0], family_name=name, birth_name=last.family_name))
    if number % EVERY_MOVE == 0:
        place = rng.choice(places_in(states[-1].address.country))
        home = address_in(place, rng, person.language)
        states.append(replace(states[-1], since=days[1], address=home))
    if number % EVERY_JOB_CHANGE == 0 and not works_for_us:
        states.append(_new_job(person, states[-1], organizations, rng, day=days[2]))
    return states


def _new_job(
    person: Person,
    state: PersonState,
    organizations: dict[str, list[Organization]],
    rng: random.Random,
    *,
    day: date,
) -> PersonState:
    old = state.employer
    others = [rng.choice(organizations[person.language]) for _ in range(8)]
    employer = next((o for o in others if old is None or o.domain != old.domain), others[0])
    role = rng.choice(ROLES)
    title = rng.choice(atlas()["job_titles"][role][person.language])
    return replace(state, since=day, employer=employer, job_title=title, phone=employer.phone)


def _addressed(person: Person, states: list[PersonState], seed: Seed, owners: dict[str, str]) -> Person:
    """Return the person with a private address, and the one that each employer gives; none is shared."""
    given, first = _mail_name(person.given_name), _mail_name(states[0].family_name)
    provider = seed.dice("provider", person.entity_id).choice(atlas()["free_mail"])
    private = _free(f"{given}.{first}{person.birth_date:%y}", provider, person.entity_id, owners)
    addressed = []
    for state in states:
        domain = state.employer.domain if state.employer else provider
        family = _mail_name(state.family_name)
        style = seed.dice("mail style", domain).randrange(3)
        local = (f"{given}.{family}", f"{given[0]}{family}", f"{family}.{given}")[style]
        addressed.append(replace(state, email=_free(local, domain, person.entity_id, owners)))
    return replace(person, private_email=private, states=tuple(addressed))


def _free(local: str, domain: str, entity_id: str, owners: dict[str, str]) -> str:
    """Return the address, numbered where it already belongs to somebody else, and take it."""
    email, counter = f"{local}@{domain}", 2
    while owners.setdefault(email, entity_id) != entity_id:
        email, counter = f"{local}{counter}@{domain}", counter + 1
    return email


def _mail_name(name: str) -> str:
    """Return a name as it stands in mail addresses: ä as ae, no accents, no blanks."""
    return "".join(c for c in anyascii(name.translate(UMLAUTS)).lower() if c.isalnum() or c == "-")
