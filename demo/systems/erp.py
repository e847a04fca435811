"""The ERP of the demo company: German headers and dates, private and business customers, kept by accounting.

Typical trouble: umlauts written out or lost, legal forms spelt out, the birth name beside the married
one, bank-like formality about tax and register numbers, national phone numbers.
"""

from collections.abc import Iterator, Mapping

from demo.systems.rows import Sighting, SourceRow, shuffle_and_number, sightings
from demo.trouble import flatten_letters, typo, wrong_birth_date
from demo.world import Address, Organization, Person, World
from demo.writing import family_name_of, organization_name_of

SOURCE = "erp"
COLUMNS = (
    "Kundennummer",
    "Kundenart",
    "Firma",
    "Vorname",
    "Nachname",
    "Geburtsname",
    "Geburtsdatum",
    "Straße",
    "Hausnummer",
    "PLZ",
    "Ort",
    "Land",
    "Telefon",
    "E-Mail",
    "USt-IdNr",
    "Handelsregister",
    "Geändert am",
)
COUNTRY_NAMES = {
    "DE": "Deutschland",
    "AT": "Österreich",
    "GB": "Großbritannien",
    "US": "USA",
    "FR": "Frankreich",
    "NL": "Niederlande",
    "SE": "Schweden",
    "CH": "Schweiz",
}


def write_rows(world: World) -> list[SourceRow]:
    """Return the rows of the ERP."""
    return shuffle_and_number(_drafts(world), source=SOURCE, first=700_000, form="{}")


def _drafts(world: World) -> Iterator[tuple[str, Mapping[str, object]]]:
    for person in world.people:
        for sighting in sightings(person.entity_id, SOURCE, share=0.4, again=0.08):
            yield person.entity_id, _private_account(person, sighting)
    for organization in world.organizations:
        for sighting in sightings(organization.entity_id, SOURCE, share=0.8, again=0.2):
            yield organization.entity_id, _company_account(organization, sighting)


def _private_account(person: Person, sighting: Sighting) -> Mapping[str, object]:
    rng, state = sighting.rng, person.at(sighting.day)
    birth = wrong_birth_date(person.birth_date, rng) if rng.random() < 0.05 else person.birth_date
    names = " ".join(filter(None, (person.given_name, person.middle_name if rng.random() < 0.6 else "")))
    return {
        "Kundenart": "Privatperson",
        "Vorname": names if rng.random() < 0.92 else typo(names, rng),
        "Nachname": family_name_of(person, state, rng),
        "Geburtsname": state.birth_name or "",
        "Geburtsdatum": f"{birth:%d.%m.%Y}" if rng.random() < 0.75 else "",
        **_address(state.address),
        "Telefon": state.mobile.national if rng.random() < 0.5 else state.phone.national.replace(" ", "/", 1),
        "E-Mail": state.email if rng.random() < 0.45 else person.private_email if rng.random() < 0.5 else "",
        "Geändert am": f"{sighting.day:%d.%m.%Y}",
    }


def _company_account(organization: Organization, sighting: Sighting) -> Mapping[str, object]:
    rng = sighting.rng
    name = organization_name_of(organization, rng)
    return {
        "Kundenart": "Firma",
        "Firma": flatten_letters(name, rng) if rng.random() < 0.3 else name,
        **_address(organization.address),
        "Telefon": organization.phone.national.replace(" ", "/", 1) if rng.random() < 0.7 else "000-000",
        "E-Mail": f"buchhaltung@{organization.domain}" if rng.random() < 0.3 else "",
        "USt-IdNr": organization.tax_number if rng.random() < 0.7 else "",
        "Handelsregister": organization.register_number if rng.random() < 0.5 else "",
        "Geändert am": f"{sighting.day:%d.%m.%Y}",
    }


def _address(address: Address) -> dict[str, object]:
    return {
        "Straße": address.street,
        "Hausnummer": address.number,
        "PLZ": address.postcode,
        "Ort": address.city,
        "Land": COUNTRY_NAMES[address.country],
    }
