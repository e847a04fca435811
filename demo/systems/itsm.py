"""The service desk of the demo company: JSON lines, one whole name per row, lists of mails and phones.

Typical trouble: `Family, Given` beside `Given Family`, former names and short forms as aliases, the
address in one string, teams entered as if they were people.
"""

from collections.abc import Iterator, Mapping

from demo.systems.rows import Sighting, SourceRow, shuffle_and_number, sightings
from demo.world import Address, Mailbox, Organization, Person, World
from demo.writing import employer_name_of, family_name_of, given_name_of, organization_name_of

SOURCE = "itsm"
ID_COLUMN = "user_number"


def write_rows(world: World) -> list[SourceRow]:
    """Return the rows of the service desk."""
    return shuffle_and_number(_drafts(world), source=SOURCE, first=3_000, form="USR{:07}")


def _drafts(world: World) -> Iterator[tuple[str, Mapping[str, object]]]:
    for person in world.people:
        for sighting in sightings(person.entity_id, SOURCE, share=0.6, again=0.1):
            yield person.entity_id, _user(person, sighting)
    for organization in world.organizations:
        for sighting in sightings(organization.entity_id, SOURCE, share=0.5, again=0.0):
            yield organization.entity_id, _customer(organization, sighting)
    for mailbox in world.mailboxes:
        for sighting in sightings(mailbox.entity_id, SOURCE, share=0.6, again=0.0):
            yield mailbox.entity_id, _team(mailbox, sighting)


def _user(person: Person, sighting: Sighting) -> Mapping[str, object]:
    rng, state = sighting.rng, person.at(sighting.day)
    given, family = given_name_of(person, rng), family_name_of(person, state, rng)
    aliases = [f"{name} {state.family_name}" for name in person.nicknames[:1] if rng.random() < 0.3]
    if state.birth_name and rng.random() < 0.7:
        aliases.append(f"{person.given_name} {state.birth_name}")
    emails = [state.email, person.private_email] if rng.random() < 0.25 else [state.email]
    numbers = [n for n in (state.phone, state.mobile) if rng.random() < 0.6]
    return {
        "type": "person",
        "full_name": f"{family}, {given}" if rng.random() < 0.35 else f"{given} {family}",
        "aliases": aliases,
        "emails": list(dict.fromkeys(emails)),
        "phone_numbers": [number.bare_digits for number in dict.fromkeys(numbers)],
        "company": employer_name_of(state, rng),
        "address": _one_line(state.address) if rng.random() < 0.5 else None,
        "updated_at": f"{sighting.day.isoformat()}T{rng.randrange(6, 20):02}:{rng.randrange(60):02}:00Z",
    }


def _customer(organization: Organization, sighting: Sighting) -> Mapping[str, object]:
    rng = sighting.rng
    return {
        "type": "organization",
        "full_name": organization_name_of(organization, rng),
        "aliases": [v for v in organization.variants[:1] if rng.random() < 0.5],
        "emails": [f"helpdesk@{organization.domain}"] if rng.random() < 0.5 else [],
        "phone_numbers": [organization.phone.bare_digits],
        "company": "",
        "address": _one_line(organization.address) if rng.random() < 0.7 else None,
        "updated_at": f"{sighting.day.isoformat()}T09:00:00Z",
    }


def _team(mailbox: Mailbox, sighting: Sighting) -> Mapping[str, object]:
    return {
        "type": "person",  # the service desk knows no other kind of user
        "full_name": sighting.rng.choice(mailbox.names),
        "aliases": [],
        "emails": [mailbox.email],
        "phone_numbers": [],
        "company": mailbox.owner.name,
        "address": None,
        "updated_at": f"{sighting.day.isoformat()}T09:00:00Z",
    }


def _one_line(address: Address) -> str:
    if address.country in ("GB", "US"):
        city = " ".join(filter(None, (address.city, address.state, address.postcode)))
        return f"{address.street_line}, {city}, {address.country}"
    return f"{address.street_line}, {address.postcode} {address.city}, {address.country}"
