from collections.abc import Callable

import duckdb
import pytest

from resolution.standardise.places import country_code, postcode, standardise_cities, standardise_states

FormsOf = Callable[..., list[dict[str, object]]]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Germany", "de"),
        ("Deutschland", "de"),
        ("USA", "us"),
        ("U.S.A.", "us"),
        ("UK", "gb"),
        ("RUS", "ru"),
        ("österreich", "at"),
        ("中国", "cn"),
        ("Lichtenstein", "li"),
        ("Texas", "us"),
        ("Nowhere", None),
    ],
)
def test_a_country_by_name_or_code(name: str, code: str | None) -> None:
    assert country_code(name) == code


def test_a_part_of_a_country_is_no_country_where_that_matters() -> None:
    assert country_code("Las Vegas", is_strict=True) is None


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        ("California", "ca"),
        ("CA", "ca"),
        ("New South Wales", "nsw"),
        ("nsw", "nsw"),
        ("Ont.", "on"),
        ("Bayern", "by"),
        ("Atlantis", "atlantis"),
    ],
)
def test_a_state_by_name_or_code(raw: str, state: str, forms_of: FormsOf) -> None:
    [form] = forms_of(standardise_states, [raw])

    assert form["state"] == state


@pytest.mark.parametrize(
    ("raw", "city"),
    [
        ("São Paulo", "sao paulo"),
        ("Saint Louis", "st louis"),
        ("St. Louis", "st louis"),
        ("Paris 12", "paris"),
    ],
)
def test_a_city(raw: str, city: str, forms_of: FormsOf) -> None:
    [form] = forms_of(standardise_cities, [raw])

    assert form["city"] == city


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("89132-1234", "89132"),
        ("891321234", "89132"),
        ("SW1A 1AA", "sw1a1aa"),
        ("D-10115", "10115"),
        ("8030.0", "8030"),
        ("00000", None),
    ],
)
def test_a_postcode(raw: str, code: str | None, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table given as select ? as raw", [raw])

    assert connection.execute(f"select {postcode('raw')} from given").fetchall() == [(code,)]
