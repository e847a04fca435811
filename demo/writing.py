"""How clerks write the name of a person or an organisation: short forms, slips, other spellings."""

import random

from demo.trouble import flatten_letters, rewrite_form, typo
from demo.world import Organization, Person, PersonState


def given_name_of(person: Person, rng: random.Random) -> str:
    """Return a given name: registered, short form, initial, or with a slip."""
    roll = rng.random()
    if roll < 0.2 and person.nicknames:
        return rng.choice(person.nicknames)
    if roll < 0.25:
        return f"{person.given_name[0]}."
    if roll < 0.3:
        return typo(person.given_name, rng)
    return person.given_name


def family_name_of(person: Person, state: PersonState, rng: random.Random) -> str:
    """Return a family name: as it is, flattened to ASCII, with a slip, or in capitals."""
    roll = rng.random()
    if roll < 0.12:
        return flatten_letters(state.family_name, rng)
    if roll < 0.18:
        return typo(state.family_name, rng)
    if roll < 0.22:
        return state.family_name.upper()
    return f"{state.family_name} {person.suffix}".strip()


def organization_name_of(organization: Organization, rng: random.Random) -> str:
    """Return an organisation's name: registered, short form, former name, another legal form, a slip."""
    roll = rng.random()
    if roll < 0.2 and organization.variants:
        return rng.choice(organization.variants)
    if roll < 0.3 and organization.former_name:
        return organization.former_name
    name = organization.name
    if roll < 0.4:
        name = flatten_letters(name, rng)
    elif roll < 0.48:
        name = typo(name, rng)
    elif roll < 0.53:
        name = name.upper()
    return f"{name} {rewrite_form(organization.form, rng)}".strip()


def employer_name_of(state: PersonState, rng: random.Random) -> str:
    """Return the employer as a contact's record names it, or nothing."""
    return organization_name_of(state.employer, rng) if state.employer else ""
