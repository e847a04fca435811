"""The organisations of the demo world, with tax numbers that pass their country's check."""

import random
from collections.abc import Callable
from typing import Any

from stdnum.at import uid as at_uid
from stdnum.ch import uid as ch_uid
from stdnum.de import vat as de_vat
from stdnum.fr import tva as fr_tva
from stdnum.gb import vat as gb_vat
from stdnum.nl import btw as nl_btw
from stdnum.se import vat as se_vat
from stdnum.us import ein as us_ein

from demo.world import Address, Mailbox, Organization, address_in, atlas, dice, digits_for, landline_in

TAX_NUMBERS: dict[str, tuple[str, Callable[[str], bool]]] = {  # pattern and check, by country
    "DE": ("DE#########", de_vat.is_valid),
    "AT": ("ATU########", at_uid.is_valid),
    "GB": ("GB#########", gb_vat.is_valid),
    "US": ("12-#######", us_ein.is_valid),
    "FR": ("FR###########", fr_tva.is_valid),
    "NL": ("NL#########B01", nl_btw.is_valid),
    "SE": ("SE##########01", se_vat.is_valid),
    "CH": ("CHE-###.###.###", ch_uid.is_valid),
}
REGISTERS = {
    "DE": "HRB #####",
    "AT": "FN ######x",
    "GB": "0#######",
    "US": "8#########",
    "FR": "### ### ###",
    "NL": "KvK 8#######",
    "SE": "556###-####",
    "CH": "CH-020.3.0##.###-#",
}


def found_organizations() -> tuple[Organization, ...]:
    """Return every organisation of the atlas, parents before their subsidiaries."""
    founded: dict[str, Organization] = {}
    for number, entry in enumerate(atlas()["organizations"], start=1):
        parent = founded.get(entry.get("parent", ""))
        organization = _found(f"O{number:03}", entry, parent)
        founded.setdefault(organization.name, organization)
        founded[organization.entity_id] = organization
    return tuple(founded[key] for key in founded if key == founded[key].entity_id)


def open_mailboxes(organizations: tuple[Organization, ...]) -> tuple[Mailbox, ...]:
    """Return the shared mailboxes, each on the domain of its owner."""
    owners = {organization.name: organization for organization in reversed(organizations)}
    return tuple(
        Mailbox(
            entity_id=f"M{number:03}",
            email=f"{entry['local']}@{owners[entry['owner']].domain}",
            names=tuple(entry["names"]),
            owner=owners[entry["owner"]],
        )
        for number, entry in enumerate(atlas()["mailboxes"], start=1)
    )


def _found(entity_id: str, entry: dict[str, Any], parent: Organization | None) -> Organization:
    rng = dice(entity_id)
    place = atlas()["places"][entry["place"]]
    country: str = place["country"]
    return Organization(
        entity_id=entity_id,
        name=entry["name"],
        form=entry["form"],
        variants=tuple(entry.get("variants", ())),
        former_name=entry.get("former"),
        address=_seat(place, parent, rng),
        phone=parent.phone if parent and parent.address.country == country else landline_in(place, rng),
        domain=f"{entry['domain']}.example",
        tax_number=_tax_number(country, rng),
        register_number=digits_for(REGISTERS[country], rng),
    )


def _seat(place: dict[str, Any], parent: Organization | None, rng: random.Random) -> Address:
    shares_house = parent is not None and parent.address.city == place["city"]
    return parent.address if parent is not None and shares_house else address_in(place, rng)


def _tax_number(country: str, rng: random.Random) -> str:
    pattern, is_valid = TAX_NUMBERS[country]
    while not is_valid(number := digits_for(pattern, rng)):
        pass
    return number
