"""The CRM of the demo company: English headers, contacts and companies in one table, kept by sales.

Typical trouble: short first names, the same contact entered twice, a contact left at the old employer,
first and last name in each other's field, 1900-01-01 for a birth date nobody asked for.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace

from demo.systems.rows import Sighting, SourceRow, shuffle_and_number, sightings
from demo.trouble import shorten_street, wrong_birth_date
from demo.world import Address, Mailbox, Organization, Person, World
from demo.writing import employer_name_of, family_name_of, given_name_of, organization_name_of

SOURCE = "crm"
COLUMNS = (
    "contact_id",
    "record_type",
    "first_name",
    "last_name",
    "company",
    "job_title",
    "email",
    "phone",
    "mobile",
    "street",
    "postal_code",
    "city",
    "state",
    "country",
    "date_of_birth",
    "vat_number",
    "website",
    "last_modified",
)


def write_rows(world: World) -> list[SourceRow]:
    """Return the rows of the CRM."""
    return shuffle_and_number(_drafts(world), source=SOURCE, first=10_000, form="C-{}")


def _drafts(world: World) -> Iterator[tuple[str, Mapping[str, object]]]:
    for person in world.people:
        for sighting in sightings(person.entity_id, SOURCE, share=0.8, again=0.15):
            yield person.entity_id, _contact(person, sighting)
    for organization in world.organizations:
        for sighting in sightings(organization.entity_id, SOURCE, share=0.85, again=0.15):
            yield organization.entity_id, _account(organization, sighting)
    for mailbox in world.mailboxes:
        for sighting in sightings(mailbox.entity_id, SOURCE, share=0.5, again=0.0):
            yield mailbox.entity_id, _shared_contact(mailbox, sighting)


def _contact(person: Person, sighting: Sighting) -> Mapping[str, object]:
    rng, state = sighting.rng, person.at(sighting.day)
    first, last = given_name_of(person, rng), family_name_of(person, state, rng)
    if rng.random() < 0.05:
        first, last = last, first
    birth = wrong_birth_date(person.birth_date, rng) if rng.random() < 0.06 else person.birth_date
    born = rng.choice([birth.isoformat()] * 6 + ["1900-01-01"] + [""] * 3)
    home = state.address
    at_work = state.employer is not None and rng.random() < 0.35
    address = state.employer.address if state.employer is not None and at_work else home
    has_phone, has_email = rng.random() < 0.7, rng.random() < 0.85
    return {
        "record_type": "contact",
        "first_name": first,
        "last_name": last,
        "company": employer_name_of(state, rng),
        "job_title": state.job_title if rng.random() < 0.6 else "",
        "email": state.email if has_email else rng.choice(["", "n/a", ""]),
        "phone": state.phone.international if has_phone else "",
        "mobile": state.mobile.international if rng.random() < 0.5 else "",
        **_address(address, rng),
        "date_of_birth": born,
        "last_modified": sighting.day.isoformat(),
    }


def _account(organization: Organization, sighting: Sighting) -> Mapping[str, object]:
    rng, address = sighting.rng, organization.address
    return {
        "record_type": "company",
        "company": organization_name_of(organization, rng),
        "email": f"info@{organization.domain}" if rng.random() < 0.3 else "",
        "phone": organization.phone.international if rng.random() < 0.8 else "",
        **_address(address, rng),
        "vat_number": organization.tax_number if rng.random() < 0.55 else "",
        "website": f"https://www.{organization.domain}" if rng.random() < 0.7 else "",
        "last_modified": sighting.day.isoformat(),
    }


def _shared_contact(mailbox: Mailbox, sighting: Sighting) -> Mapping[str, object]:
    return {
        "record_type": "contact",
        "last_name": sighting.rng.choice(mailbox.names),
        "company": mailbox.owner.name,
        "email": mailbox.email,
        "phone": mailbox.owner.phone.international,
        "last_modified": sighting.day.isoformat(),
    }


def _address(address: Address, rng: random.Random) -> dict[str, object]:
    written = replace(address, street=shorten_street(address.street)) if rng.random() < 0.5 else address
    return {
        "street": written.street_line,
        "postal_code": written.postcode,
        "city": written.city,
        "state": written.state,
        "country": written.country,
    }
