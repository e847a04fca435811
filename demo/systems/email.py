"""The address book of the demo company's mail server: French headers, filled from signatures.

Typical trouble: little but a mail address and a display name, private addresses, teams, names that are
the mail address again, a company in brackets.
"""

from collections.abc import Iterator, Mapping

from demo.systems.rows import Sighting, SourceRow, shuffle_and_number, sightings
from demo.world import Mailbox, Person, World
from demo.writing import employer_name_of, family_name_of, given_name_of

SOURCE = "email"
COLUMNS = (
    "numero",
    "nom_complet",
    "adresse_email",
    "telephone",
    "societe",
    "fonction",
    "derniere_modification",
)


def write_rows(world: World) -> list[SourceRow]:
    """Return the rows of the address book."""
    return shuffle_and_number(_drafts(world), source=SOURCE, first=52_000, form="A{}")


def _drafts(world: World) -> Iterator[tuple[str, Mapping[str, object]]]:
    for person in world.people:
        for sighting in sightings(person.entity_id, SOURCE, share=0.6, again=0.12):
            yield person.entity_id, _correspondent(person, sighting)
    for mailbox in world.mailboxes:
        for sighting in sightings(mailbox.entity_id, SOURCE, share=0.9, again=0.0):
            yield mailbox.entity_id, _shared_address(mailbox, sighting)


def _correspondent(person: Person, sighting: Sighting) -> Mapping[str, object]:
    rng, state = sighting.rng, person.at(sighting.day)
    email = person.private_email if rng.random() < 0.2 else state.email
    name = f"{given_name_of(person, rng)} {family_name_of(person, state, rng)}"
    if rng.random() < 0.1 and state.employer is not None:
        name = f"{name} ({state.employer.name})"
    has_signature = rng.random() < 0.55
    return {
        "nom_complet": name,
        "adresse_email": email.upper() if rng.random() < 0.05 else email,
        "telephone": rng.choice([state.phone, state.mobile]).national if has_signature else "",
        "societe": employer_name_of(state, rng) if has_signature else "",
        "fonction": state.job_title if has_signature else "",
        "derniere_modification": f"{sighting.day:%d/%m/%Y}",
    }


def _shared_address(mailbox: Mailbox, sighting: Sighting) -> Mapping[str, object]:
    rng = sighting.rng
    return {
        "nom_complet": rng.choice(mailbox.names),
        "adresse_email": mailbox.email,
        "telephone": mailbox.owner.phone.national if rng.random() < 0.3 else "",
        "societe": mailbox.owner.full_name if rng.random() < 0.5 else "",
        "fonction": "",
        "derniere_modification": f"{sighting.day:%d/%m/%Y}",
    }
