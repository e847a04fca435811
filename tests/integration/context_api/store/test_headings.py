"""What parties are called, in one line each."""

from typing import Any

from sqlalchemy import Engine

from context_api.store.engine import reading
from context_api.store.headings import headings
from context_api.store.reading import version_at
from context_api.store.sealing import Sealer
from resolution.domain.ids import seed_id

A, B, ORG = "crm:contact:1", "erp:customer:2", "crm:company:9"


def test_each_party_is_told_by_name_type_and_how_to_tell_it_from_others(
    engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()
    warehouse.publish(engine, sealer)
    warehouse.record(ORG, "organization", organization_name="Roe & Sons Ltd")
    warehouse.publish(engine, sealer)

    with reading(engine) as connection:
        found = headings(version_at(connection, sealer), [seed_id(A), seed_id(ORG), "g-unknown"])

    assert set(found) == {seed_id(A), seed_id(ORG)}
    person, company = found[seed_id(A)], found[seed_id(ORG)]
    assert (person.name, person.party_type, person.records) == ("Ann Lee", "person", 2)
    assert "ann@example.com" in person.details
    assert (company.name, company.records) == ("Roe & Sons Ltd", 1)
