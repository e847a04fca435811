"""Searching records: which are found, and that common words cost no more than rare ones."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from context_api.store import searching
from context_api.store.engine import reading
from context_api.store.reading import version_at
from context_api.store.sealing import Sealer
from context_api.store.searching import Search

ANNA, ANNE, OTTO, ANNA_ROE = (f"crm:contact:{number}" for number in range(1, 5))
FIRM = "crm:company:9"


@pytest.fixture
def search(engine: Engine, warehouse: Any, sealer: Sealer) -> Iterator[Search]:
    warehouse.record(ANNA, full_name="Anna Schmidtberger", email="anna@acme.example", phone="315550100")
    warehouse.record(ANNE, full_name="Anne Schmidt")
    warehouse.record(OTTO, full_name="Otto Meier", **{"identifier.tax": "de:104435702"})
    warehouse.record(ANNA_ROE, full_name="Anna Roe")
    warehouse.record(FIRM, "organization", organization_name="Anna Meier Treuhand")
    warehouse.publish(engine, sealer)
    with reading(engine) as connection:
        yield Search(version_at(connection, sealer))


@pytest.mark.parametrize("key", ["anna@acme.example", "315550100"])
def test_records_are_found_by_whole_keys(search: Search, key: str) -> None:
    assert search.by_keys(["nobody", key]) == {ANNA}


def test_an_identifier_is_found_with_and_without_its_country(search: Search) -> None:
    assert search.by_keys(["de:104435702"]) == search.by_keys(["104435702"]) == {OTTO}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("meier", {OTTO, FIRM}),
        ("meier otto", {OTTO}),
        ("otto miere", {OTTO}),  # a mistake
        ("otto meyer", {OTTO}),
        (
            "oto meier",
            {OTTO, FIRM},
        ),  # of three letters none is taken for a mistake: the other word finds them
        ("anne schmitd", {ANNA, ANNE}),  # anna is one letter from anne, and of longer words the start counts
        ("anna schm", {ANNA, ANNE}),  # begun; and anne is one letter from anna
        ("meier zurich", {OTTO, FIRM}),  # one word that no name has
        ("zurich basel", set()),
    ],
)
def test_records_are_found_by_words(search: Search, asked: str, found: set[str]) -> None:
    assert search.by_words(asked.split(), enough=1) == found


def test_words_like_those_asked_for_are_left_out_where_enough_have_them(search: Search) -> None:
    assert search.by_words(["anna"], enough=3) == {ANNA, ANNA_ROE, FIRM}
    assert search.by_words(["anna"], enough=4) == {ANNA, ANNA_ROE, FIRM, ANNE}


def test_records_of_one_type_are_found(search: Search) -> None:
    firms = Search(search.snapshot, "organization")

    assert firms.by_words(["meier"], enough=1) == {FIRM}
    assert firms.by_keys(["anna@acme.example"]) == frozenset()


@pytest.mark.parametrize("asked", ["anna roe", "roe anna", "anna meier treuhand", "anna"])
@pytest.mark.parametrize("most", [0, 1, 2])
def test_common_words_find_the_same(
    search: Search, asked: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words of which not all records are read are compared by walking over them."""
    expected = search.by_words(asked.split(), enough=0)
    monkeypatch.setattr(searching, "MOST_POSTINGS", most)
    found = search.by_words(asked.split(), enough=0)

    assert found <= expected
    if " " in asked and most:
        assert found == expected
