import duckdb
import pytest

from resolution.standardise.identifiers import (
    identifier_kind,
    identifier_type_country,
    identifier_value,
    vat_body,
    vat_country,
)


def evaluate(connection: duckdb.DuckDBPyConnection, sql: str, raw: str | None) -> object:
    connection.execute("create or replace table given as select ?::varchar as raw", [raw])
    row = connection.execute(f"select {sql} from given").fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("said", "kind", "country"),
    [
        ("SSN", "social_security", "us"),
        ("EIN", "tax", "us"),
        ("VAT-ID", "tax", None),
        ("UEN", "registration", "sg"),
        ("Passport No.", "passport", None),
    ],
)
def test_a_type_column_names_kind_and_country(
    said: str, kind: str, country: str | None, connection: duckdb.DuckDBPyConnection
) -> None:
    assert evaluate(connection, identifier_kind("raw", "other"), said) == kind
    assert evaluate(connection, identifier_type_country("raw"), said) == country


def test_without_a_type_the_kind_of_the_column_holds(connection: duckdb.DuckDBPyConnection) -> None:
    assert evaluate(connection, identifier_kind("raw", "national"), None) == "national"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("201-77-7719", "201777719"),
        ("de 123 456 788", "DE123456788"),
        ("000000000", None),
        ("123-45-6789", None),
        ("99-9999999", None),
        ("n/a", None),
    ],
)
def test_the_value_of_an_identifier(
    raw: str, value: str | None, connection: duckdb.DuckDBPyConnection
) -> None:
    assert evaluate(connection, identifier_value("raw"), raw) == value


@pytest.mark.parametrize(
    ("value", "country", "body"),
    [
        ("DE512326895", "de", "512326895"),
        ("ATU12345678", "at", "U12345678"),
        ("EL123456789", "gr", "123456789"),
        ("841234567", None, "841234567"),
    ],
)
def test_a_vat_number_gives_its_country(
    value: str, country: str | None, body: str, connection: duckdb.DuckDBPyConnection
) -> None:
    assert evaluate(connection, vat_country("raw"), value) == country
    assert evaluate(connection, vat_body("raw"), value) == body
