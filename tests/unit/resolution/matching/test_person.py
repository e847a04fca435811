"""What the comparisons of persons call a pair, through the real engine, and how persons block."""

from collections.abc import Callable

import duckdb
import pytest

from resolution.domain.attributes import PartyType
from resolution.matching.comparisons import Comparison
from resolution.matching.person import (
    BIRTH_DATE,
    FAMILY_NAME,
    GENDER,
    GIVEN_NAME,
    JOB_TITLE,
    PERSON_BLOCKS,
    PERSON_COMPARISONS,
    SUFFIX,
)

CATALOGUE = (GIVEN_NAME, FAMILY_NAME, SUFFIX, BIRTH_DATE, JOB_TITLE, GENDER)
PARTY_TYPE = PartyType.PERSON
Row = dict[str, object]
Case = tuple[str, str, Row, Row]


def _given(left: str, right: str) -> tuple[Row, Row]:
    return {"given_name": left}, {"given_name": right}


def _family(left: str, right: str) -> tuple[Row, Row]:
    return {"family_name": left}, {"family_name": right}


def _born(left: str, right: str) -> tuple[Row, Row]:
    return {"birth_date": left}, {"birth_date": right}


ALIAS: Row = {"given_name": "samuel", "given_names_alt": ["mark"]}
MAIDEN: Row = {"family_name": "brenner", "family_names_alt": ["alt"]}
AMBIGUOUS: Row = {"birth_date": "1980-03-04", "birth_dates_alt": ["1990-12-25"]}
CASES: list[Case] = [
    ("given_name", "same", *_given("anna", "anna")),
    ("given_name", "nickname or other name", *_given("robert", "bob")),
    ("given_name", "nickname or other name", ALIAS, {"given_name": "mark"}),
    ("given_name", "initial", *_given("a", "anna")),
    ("given_name", "initial", *_given("a", "a")),
    (
        "given_name",
        "swapped with family name",
        {"given_name": "kron", "family_name": "olga"},
        {"given_name": "olga", "family_name": "kron"},
    ),
    ("given_name", "one typing error", *_given("kristoph", "kristopf")),
    ("given_name", "begins the other, or a middle name", *_given("annabel", "anna")),
    (
        "given_name",
        "begins the other, or a middle name",
        {"given_name": "zeno", "middle_name": "paul"},
        {"given_name": "paul"},
    ),
    ("given_name", "alike", *_given("margareta", "margalita")),
    ("given_name", "different", *_given("anna", "paul")),
    ("given_name", "different", *_given("a", "paul")),
    ("given_name", "missing", {"given_name": "anna"}, {"family_name": "maier"}),
    ("family_name", "same", *_family("maier", "maier")),
    ("family_name", "other name", MAIDEN, {"family_name": "alt"}),
    (
        "family_name",
        "swapped with given name",
        {"given_name": "kron", "family_name": "olga"},
        {"given_name": "olga", "family_name": "kron"},
    ),
    ("family_name", "one typing error", *_family("maier", "mayer")),
    ("family_name", "part of a double name", *_family("garcia marquez", "marquez")),
    ("family_name", "alike", *_family("kowalski", "kowalczyk")),
    ("family_name", "different", *_family("maier", "kron")),
    ("family_name", "missing", {"family_name": "maier"}, {"given_name": "anna"}),
    ("name_suffix", "same", {"name_suffix": "jr"}, {"name_suffix": "jr"}),
    ("name_suffix", "different", {"name_suffix": "jr"}, {"name_suffix": "sr"}),
    ("name_suffix", "missing", {"name_suffix": "jr"}, {}),
    ("birth_date", "same", *_born("1980-03-04", "1980-03-04")),
    ("birth_date", "same in another reading", AMBIGUOUS, {"birth_date": "1990-12-25"}),
    ("birth_date", "day and month swapped, or one digit off", *_born("1980-03-04", "1980-04-03")),
    ("birth_date", "day and month swapped, or one digit off", *_born("1980-03-04", "1980-03-09")),
    ("birth_date", "same year, one of them without day", *_born("1980-03-04", "1980")),
    ("birth_date", "same year, one of them without day", *_born("1980", "1980")),
    ("birth_date", "same year, one of them without day", *_born("1980-06-14", "1980-01-01")),
    ("birth_date", "two of year, month and day", *_born("1980-03-04", "1980-03-28")),
    ("birth_date", "two of year, month and day", *_born("1980-03-04", "1964-03-04")),
    ("birth_date", "years at most one apart", *_born("1980-03-04", "1981-11-28")),
    ("birth_date", "different", *_born("1980-03-04", "1964-11-28")),
    ("birth_date", "missing", {"birth_date": "1980-03-04"}, {}),
    ("job_title", "same", {"job_title": "buyer"}, {"job_title": "buyer"}),
    ("job_title", "different", {"job_title": "buyer"}, {"job_title": "seller"}),
    ("job_title", "missing", {"job_title": "buyer"}, {}),
    ("gender", "same", {"gender": "f"}, {"gender": "f"}),
    ("gender", "different", {"gender": "f"}, {"gender": "m"}),
    ("gender", "missing", {"gender": "f"}, {}),
]


def test_a_pair_gets_the_level_that_describes_it_whichever_record_is_left(
    case: Case, levels: tuple[str, str]
) -> None:
    assert levels == (case[1], case[1])


@pytest.mark.parametrize("comparison", CATALOGUE, ids=lambda c: c.name)
def test_every_level_has_an_example(comparison: Comparison) -> None:
    shown = {label for name, label, *_ in CASES if name == comparison.name}

    assert shown == {level.label for level in comparison.levels} | {"missing"}


@pytest.mark.parametrize("comparison", PERSON_COMPARISONS, ids=lambda c: c.name)
def test_priors_of_m_are_chances_and_only_the_last_level_has_no_condition(comparison: Comparison) -> None:
    conditions = [level.sql for level in comparison.levels]

    assert all(conditions[:-1])
    assert conditions[-1] == ""
    assert sum(level.prior_m for level in comparison.levels) == pytest.approx(1, abs=0.15)
    assert all(0 < level.prior_m < 1 for level in comparison.levels)


BLOCKED: dict[str, tuple[Row, Row]] = {
    "an identifier beside another": (
        {"identifiers": ["lei::L1", "tax:de:X1"]},
        {"identifiers": ["registration:de:R1", "tax::X1"]},
    ),
    "a shared phone": ({"phone": "3012345678"}, {"phone": "12345678"}),
    "a shared identifier": ({"identifiers": ["tax:de:X1"]}, {"identifiers": ["tax::X1"]}),
    "names the other way round": (
        {"given_name": "olga", "family_name": "kron"},
        {"given_name": "kron", "family_name": "olga"},
    ),
    "a birth date and a like given name": (
        {"given_name": "anna", "birth_date": "1980-03-04"},
        {"given_name": "anne", "birth_date": "1980-03-04", "family_name": "kron"},
    ),
}


@pytest.mark.parametrize("pair", BLOCKED.values(), ids=BLOCKED)
def test_some_key_is_shared_by(
    connection: duckdb.DuckDBPyConnection, match_input: Callable[..., str], pair: tuple[Row, Row]
) -> None:
    table = match_input(connection, pair)

    keys = ", ".join(f"{sql} AS {name}" for name, sql in PERSON_BLOCKS.items())
    left, right = connection.execute(f"SELECT {keys} FROM {table} ORDER BY record_id").fetchall()
    assert any(a is not None and a == b for a, b in zip(left, right, strict=True))


def test_a_record_without_values_has_no_key(
    connection: duckdb.DuckDBPyConnection, match_input: Callable[..., str]
) -> None:
    table = match_input(connection, [{}])

    keys = ", ".join(PERSON_BLOCKS.values())
    row = connection.execute(f"SELECT {keys} FROM {table}").fetchone()
    assert row == (None,) * len(PERSON_BLOCKS)
