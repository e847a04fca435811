"""Inference on the labelled sets of the working environment; skipped where they are absent."""

from pathlib import Path

import duckdb
import pytest

from resolution.domain.attributes import PartyType, SourceMapping
from resolution.files.completion import map_files
from resolution.files.loading import load_sources
from resolution.files.reading import read_files

DATA = Path(__file__).parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared labelled sets are not here")

FEBRL = {
    "given_name": "given_name",
    "surname": "family_name",
    "street_number": "house_number",
    "address_1": "street",
    "address_2": "address_extra",
    "suburb": "city",
    "postcode": "postcode",
    "state": "state",
    "date_of_birth": "birth_date",
    "soc_sec_id": "identifier:social_security",
    "source_id": "source_id",
    "source": "source",
}
CRM = {
    "source": "source",
    "source_id": "source_id",
    "record_type": "party_type",
    "full_name": "full_name",
    "first_name": "given_name",
    "last_name": "family_name",
    "org_name": "organization_name",
    "job_title": "job_title",
    "email": "email",
    "phone": "phone",
    "street": "street",
    "postcode": "postcode",
    "city": "city",
    "country": "country",
    "birth_date": "birth_date",
    "tax_id": "identifier:tax",
    "updated_at": "observed_at",
}
EXPECTED: dict[str, tuple[PartyType | None, dict[str, str]]] = {
    "crm_dev": (None, CRM),
    "scale100k": (None, CRM),
    "febrl3": (PartyType.PERSON, FEBRL),
    "febrl4": (PartyType.PERSON, FEBRL),
    "fake_1000": (
        PartyType.PERSON,
        {
            "first_name": "given_name",
            "surname": "family_name",
            "dob": "birth_date",
            "city": "city",
            "email": "email",
        },
    ),
    "historical_50k": (
        PartyType.PERSON,
        {
            "full_name": "full_name",
            "first_and_surname": "ignore",
            "first_name": "given_name",
            "surname": "family_name",
            "dob": "birth_date",
            "birth_place": "birth_place",
            "postcode_fake": "postcode",
            "gender": "gender",
            "occupation": "job_title",
        },
    ),
    "pseudopeople_employers": (
        PartyType.ORGANIZATION,
        {
            "name": "organization_name",
            "street_number": "house_number",
            "street_name": "street",
            "unit_number": "unit",
            "city": "city",
            "state": "state",
            "zipcode": "postcode",
            "forms": "ignore",
        },
    ),
    "restaurants_864": (
        PartyType.ORGANIZATION,
        {"name": "organization_name", "addr": "street", "city": "city", "phone": "phone", "type": "ignore"},
    ),
    "chicago_childcare": (
        PartyType.ORGANIZATION,
        {
            "site_name": "organization_name",
            "address": "street",
            "zip": "postcode",
            "phone": "phone",
            "fax": "ignore",
            "email": "ignore",
            "center_director": "web_domain",
            "program_name": "ignore",
            "executive_director": "ignore",
        },
    ),
    "senzing_truthset": (
        None,
        {
            "record_type": "party_type",
            "name_last": "family_name",
            "name_first": "given_name",
            "name_middle": "middle_name",
            "name_full": "full_name",
            "name_org": "organization_name",
            "name_org_2": "organization_name",
            "name_type": "name_kind",
            "date_of_birth": "birth_date",
            "addr_full": "address",
            "addr_line1": "street",
            "addr_city": "city",
            "addr_state": "state",
            "addr_postal_code": "postcode",
            "addr_country": "country",
            "phone_number": "phone",
            "email_address": "email",
            "gender": "gender",
            "employer": "employer",
            "passport_number": "identifier:passport",
            "passport_country": "identifier_country:passport",
            "drivers_license_number": "identifier:driving_licence",
            "drivers_license_state": "identifier_country:driving_licence",
            "ssn_number": "identifier:social_security",
            "national_id_number": "identifier:national",
            "national_id_country": "identifier_country:national",
            "national_id_type": "identifier_kind:national",
            "tax_id_number": "identifier:tax",
            "tax_id_type": "identifier_kind:tax",
            "tax_id_country": "identifier_country:tax",
            "lei_number": "identifier:lei",
            "amount": "ignore",
            "status": "ignore",
            "category": "ignore",
            "date": "ignore",
        },
    ),
}


def load(name: str) -> tuple[SourceMapping, int, int]:
    connection = duckdb.connect()
    tables = read_files(connection, [DATA / name / "records.parquet"])
    mapping = map_files(connection, tables)
    [loaded] = load_sources(connection, mapping, tables)
    return loaded.mapping, loaded.rows, loaded.used


@pytest.mark.parametrize("name", EXPECTED)
def test_each_set_is_understood_and_loaded_whole(name: str) -> None:
    party_type, wanted = EXPECTED[name]

    mapping, rows, used = load(name)

    found = {c.column: str(c.attribute) + (f":{c.kind}" if c.kind else "") for c in mapping.columns}
    assert {column: found[column] for column in wanted} == wanted
    assert mapping.party_type == party_type
    assert rows == used


def test_facts_of_one_identifier_and_of_one_name_share_a_group() -> None:
    mapping, _, _ = load("senzing_truthset")

    group = {column.column: column.group for column in mapping.columns}
    assert group["passport_number"] == group["passport_country"]
    assert group["national_id_number"] == group["national_id_country"] == group["national_id_type"]
    assert group["name_type"] == group["name_org_2"] == 2
