"""The people of the demo world: who they are, and how their jobs, names and homes change over time.

What happens to a person follows from the person's number, not from chance, so that every kind of
trouble is in the sample at any size: each `EVERY` constant says that every n-th person has it.
"""

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from anyascii import anyascii

from demo.world import (
    LANGUAGES,
    Address,
    Organization,
    Person,
    PersonState,
    address_in,
    atlas,
    dice,
    landline_in,
    mobile_in,
    pick,
)

EVERY_JOB_CHANGE = 7
EVERY_MARRIAGE = 11
EVERY_MOVE = 6
EVERY_HOUSEHOLD = 9  # lives with the person before, under the same family name
EVERY_JUNIOR = 45  # has the same name as the person before, and lives there
EVERY_NAMESAKE = 23  # has the name of the person before, but nothing else
EVERY_WITHOUT_EMPLOYER = 10
FIRST_DAY = date(2019, 3, 1)


def grow_people(count: int, organizations: tuple[Organization, ...]) -> tuple[Person, ...]:
    """Return `count` people who work for these organisations."""
    people: list[Person] = []
    for number in range(1, count + 1):
        before = people[-1] if people else None
        person = _birth(f"P{number:03}", _first_employer(organizations, before, number))
        people.append(_live(_relate(person, before, number), organizations, number))
    return _tell_mailboxes_apart(people)


def _first_employer(
    organizations: tuple[Organization, ...], before: Person | None, number: int
) -> Organization:
    """Return an employer; for people related to the one before, in the same country."""
    relates = any(number % every == 0 for every in (EVERY_HOUSEHOLD, EVERY_JUNIOR, EVERY_NAMESAKE))
    if before is not None and relates:
        country = before.states[0].address.country
        organizations = tuple(o for o in organizations if o.address.country == country)
    return organizations[(number * 13) % len(organizations)]


def _birth(entity_id: str, employer: Organization) -> Person:
    rng = dice(entity_id)
    place = rng.choice([p for p in atlas()["places"] if p["country"] == employer.address.country])
    language = LANGUAGES[employer.address.country]
    gender = rng.choice("fm")
    given_names: dict[str, list[str]] = atlas()["given_names"][language][gender]
    given_name = rng.choice(list(given_names))
    middle_name = (
        pick([name for name in given_names if name != given_name], rng) if rng.random() < 0.25 else ""
    )
    family_name = rng.choice(atlas()["family_names"][language])
    birth_date = date(1954, 1, 1) + timedelta(days=rng.randrange(365 * 46))
    home = address_in(place, rng)
    state = PersonState(
        since=FIRST_DAY,
        family_name=family_name,
        birth_name=None,
        employer=employer,
        job_title=rng.choice(atlas()["job_titles"][language]),
        email="",
        phone=employer.phone if rng.random() < 0.3 else landline_in(place, rng),
        mobile=mobile_in(home.country, rng),
        address=home,
    )
    return Person(
        entity_id=entity_id,
        language=language,
        gender=gender,
        given_name=given_name,
        middle_name=middle_name,
        nicknames=tuple(given_names[given_name]),
        suffix="",
        birth_date=birth_date,
        private_email=f"{_mail_name(given_name)}{birth_date:%y}.{_mail_name(family_name)}@{_provider(rng)}",
        states=(state,),
    )


def _relate(person: Person, before: Person | None, number: int) -> Person:
    """Make the person a junior, housemate or namesake of the one before, where the number says so."""
    if before is None:
        return person
    first = replace(person.states[0], family_name=before.states[0].family_name)
    home = replace(first, address=before.states[0].address, phone=before.states[0].phone)
    same_name = replace(
        person, given_name=before.given_name, nicknames=before.nicknames, gender=before.gender
    )
    if number % EVERY_JUNIOR == 0:
        younger = before.birth_date + timedelta(days=365 * 27 + number)
        return replace(same_name, suffix="Jr.", birth_date=younger, middle_name="", states=(home,))
    if number % EVERY_NAMESAKE == 0:
        return replace(same_name, states=(first,))
    if number % EVERY_HOUSEHOLD == 0:
        return replace(person, states=(home,))
    return person


def _live(person: Person, organizations: tuple[Organization, ...], number: int) -> Person:
    """Give the person an e-mail address, and the changes that the number says."""
    first = person.states[0]
    if number % EVERY_WITHOUT_EMPLOYER == 0:
        first = replace(first, employer=None, job_title="", phone=first.mobile)
    states = [_with_email(person, first)]
    rng = dice(person.entity_id, "life")
    if number % EVERY_MARRIAGE == 0 and person.gender == "f":
        names = [n for n in atlas()["family_names"][person.language] if n != first.family_name]
        married = replace(states[-1], family_name=rng.choice(names), birth_name=first.family_name)
        states.append(_with_email(person, replace(married, since=date(2022, 6, 11))))
    if number % EVERY_MOVE == 0:
        states.append(replace(states[-1], since=date(2023, 2, 1), address=_new_home(first.address, rng)))
    if number % EVERY_JOB_CHANGE == 0:
        states.append(_with_email(person, _new_job(person, states[-1], organizations, number)))
    return replace(person, states=tuple(states))


def _new_home(old: Address, rng: random.Random) -> Address:
    places: list[dict[str, Any]] = [p for p in atlas()["places"] if p["country"] == old.country]
    return address_in(rng.choice(places), rng)


def _new_job(
    person: Person, state: PersonState, organizations: tuple[Organization, ...], number: int
) -> PersonState:
    rng = dice(person.entity_id, "job")
    near = [
        o for o in organizations if LANGUAGES[o.address.country] == person.language and o != state.employer
    ]
    employer = near[number % len(near)] if near else organizations[number % len(organizations)]
    title = rng.choice(atlas()["job_titles"][person.language])
    return replace(state, since=date(2024, 1, 15), employer=employer, job_title=title, phone=employer.phone)


def _with_email(person: Person, state: PersonState) -> PersonState:
    """Return the state with the mail address that the employer gives, or the private one."""
    if state.employer is None:
        return replace(state, email=person.private_email)
    rng = dice(state.employer.domain)  # one habit per domain
    given, family = _mail_name(person.given_name), _mail_name(state.family_name)
    style = rng.randrange(3)
    local = [f"{given}.{family}", f"{given[0]}{family}", f"{family}.{given}"][style]
    return replace(state, email=f"{local}{'2' if person.suffix else ''}@{state.employer.domain}")


def _tell_mailboxes_apart(people: list[Person]) -> tuple[Person, ...]:
    """Number the address of whoever joins an employer that already has the same one."""
    owners: dict[str, str] = {}
    apart = []
    for person in people:
        states = []
        for state in person.states:
            owner = owners.setdefault(state.email, person.entity_id)
            free = state.email if owner == person.entity_id else state.email.replace("@", "3@")
            owners.setdefault(free, person.entity_id)
            states.append(replace(state, email=free))
        apart.append(replace(person, states=tuple(states)))
    return tuple(apart)


def _mail_name(name: str) -> str:
    """Return a name as it stands in mail addresses: ä as ae, no accents, no blanks."""
    umlauts = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "a", "ø": "o"})
    return "".join(c for c in anyascii(name.lower().translate(umlauts)) if c.isalnum() or c == "-")


def _provider(rng: random.Random) -> str:
    return str(rng.choice(atlas()["free_mail"]))
