import duckdb
import pytest

from resolution.domain.attributes import Attribute, NameKind
from resolution.standardise import party_columns as columns
from resolution.standardise.slots import Slot


def slot(attribute: Attribute, *, kind: str | None = None, group: int = 1, position: int = 0) -> Slot:
    return Slot(f"{attribute.value}_{position}", "x", attribute, group, position, kind, None)


def evaluate(connection: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = connection.execute(f"select {sql}").fetchone()
    assert row is not None
    return row[0]


def test_a_list_is_sorted_distinct_and_null_when_empty(connection: duckdb.DuckDBPyConnection) -> None:
    assert evaluate(connection, columns.listed(["'b'", "'a'", "'b'", "null"])) == ["a", "b"]
    assert evaluate(connection, columns.listed(["'a'"], without="'a'")) is None
    assert evaluate(connection, columns.listed([])) is None


def test_the_first_known_value_wins(connection: duckdb.DuckDBPyConnection) -> None:
    assert evaluate(connection, columns.coalesced(["null", "'b'", "'c'"])) == "b"
    assert evaluate(connection, columns.coalesced([])) is None


def test_an_alias_is_never_the_first_name() -> None:
    alias, name = slot(Attribute.FULL_NAME, kind=NameKind.ALIAS), slot(Attribute.FULL_NAME, position=1)

    assert columns.primary([alias, name], Attribute.FULL_NAME) is name


def test_address_groups_come_in_order() -> None:
    slots = [slot(Attribute.CITY, group=2), slot(Attribute.STREET, group=1), slot(Attribute.EMAIL, group=3)]

    assert columns.address_groups(slots) == [1, 2]


@pytest.mark.parametrize(
    ("said", "host"),
    [
        ("https://www.Acme.com/x?y", "acme.com"),
        ("acme.co.uk", "acme.co.uk"),
        ("No", None),
        ("ftp://u@acme.de:8", "acme.de"),
    ],
)
def test_the_host_of_a_web_address(
    said: str, host: str | None, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute("create table given as select ? as web_domain_0", [said])

    found = connection.execute(
        f"select {columns.web_domain(slot(Attribute.WEB_DOMAIN))} from given"
    ).fetchall()

    assert found == [(host,)]


@pytest.mark.parametrize(
    ("said", "letter"), [("F", "f"), ("Male", "m"), ("männlich", "m"), ("女", "f"), ("x", None)]
)
def test_gender(said: str, letter: str | None, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table given as select ? as gender_0", [said])

    assert connection.execute(f"select {columns.gender(slot(Attribute.GENDER))} from given").fetchall() == [
        (letter,)
    ]
