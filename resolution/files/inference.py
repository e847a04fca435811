"""Mappings inferred from the names and values of columns."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from resolution.domain.attributes import Attribute, ColumnMapping, Mapping, SourceMapping
from resolution.files.compression import unpacked_name
from resolution.files.grouping import PERSON_NAME, assign_groups
from resolution.files.guesses import Guess, guess_column
from resolution.files.headers import parse_header
from resolution.files.keys import choose_source_id
from resolution.files.parties import decide_parties
from resolution.files.profiles import ColumnProfile, profile_columns
from resolution.files.tables import RawTable, quote

_ONLY_ONE = ("source", "party_type", "observed_at", "deleted", "gender")
_SURE = 0.99  # the most that is inferred; 1 is what a person said


def infer_mapping(connection: duckdb.DuckDBPyConnection, tables: Sequence[RawTable]) -> Mapping:
    """Return the mapping of the files as far as names and values tell; every column is listed.

    The order and letter case of columns do not matter.
    """
    names = source_names(tables)
    return Mapping(
        tuple(infer_source(connection, table, source=name) for table, name in zip(tables, names, strict=True))
    )


def source_names(tables: Sequence[RawTable]) -> list[str]:
    """Return a source name per file: its stem, or the whole name where two stems are equal."""
    stems = [Path(unpacked_name(table.path)).stem for table in tables]
    return [
        stem if stems.count(stem) == 1 else table.path.name for table, stem in zip(tables, stems, strict=True)
    ]


def infer_source(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    *,
    source: str,
    given: Sequence[ColumnMapping] = (),
) -> SourceMapping:
    """Return the mapping of one file; `given` columns hold as they are, and the others follow them."""
    said = {column.column: column for column in given}
    guesses = [
        _as_given(profile, said[profile.column]) if profile.column in said else guess_column(profile)
        for profile in profile_columns(connection, table)
    ]
    guesses = choose_source_id(connection, table, _keep_best(_settle_weak(guesses)))
    guesses = _drop_restated_names(connection, table, guesses)
    alone = _organizations_alone(connection, table, guesses)
    parties = decide_parties(guesses, organizations_alone=alone)
    grouped = {guess.column: guess for guess in assign_groups(parties.guesses)}
    return SourceMapping(
        file=table.path.name,
        source=source,
        columns=tuple(said.get(column) or _column(grouped[column]) for column in table.columns),
        party_type=parties.party_type,
    )


def _as_given(profile: ColumnProfile, column: ColumnMapping) -> Guess:
    return Guess(
        profile,
        parse_header(column.column),
        column.attribute.value,
        confidence=1.0,
        reason=column.reason,
        kind=column.kind,
        country=column.country,
        group=column.group,
        is_given=True,
    )


def _column(guess: Guess) -> ColumnMapping:
    attribute = Attribute(guess.attribute)
    is_ignored = attribute is Attribute.IGNORE
    return ColumnMapping(
        column=guess.column,
        attribute=attribute,
        group=1 if is_ignored else guess.group,
        kind=None if is_ignored else guess.kind,
        country=None if is_ignored else guess.country,
        confidence=min(_SURE, guess.confidence),
        reason=guess.reason,
    )


def _settle_weak(guesses: Sequence[Guess]) -> list[Guess]:
    """Use a fax only where there is no phone, a salutation only where there is no gender."""
    attributes = {guess.attribute for guess in guesses}
    settled: list[Guess] = []
    for guess in guesses:
        if guess.attribute == "fax" and "phone" in attributes:
            settled.append(_ignore(guess, "a fax number is weak beside a phone number"))
        elif guess.attribute == "fax":
            settled.append(replace(guess, attribute="phone", confidence=round(guess.confidence / 2, 2)))
        elif guess.attribute == "salutation" and "gender" in attributes:
            settled.append(_ignore(guess, "the gender has a column of its own"))
        elif guess.attribute == "salutation":
            settled.append(replace(guess, attribute="gender", confidence=round(guess.confidence * 0.8, 2)))
        else:
            settled.append(guess)
    return settled


def _ignore(guess: Guess, reason: str) -> Guess:
    return replace(guess, attribute="ignore", kind=None, country=None, reason=reason)


def _rank(guess: Guess) -> tuple[bool, float, float, str]:
    return (not guess.is_given, -guess.confidence, -guess.profile.fill, guess.column.casefold())


def _keep_best(guesses: Sequence[Guess]) -> list[Guess]:
    """Keep one column of each meaning that a row can have only once."""
    best: dict[str, Guess] = {}
    for guess in sorted(guesses, key=_rank):
        best.setdefault(guess.attribute, guess)
    return [
        _ignore(guess, f"{best[guess.attribute].column} is the better {guess.attribute.replace('_', ' ')}")
        if guess.attribute in _ONLY_ONE and best[guess.attribute] is not guess
        else guess
        for guess in guesses
    ]


def _drop_restated_names(
    connection: duckdb.DuckDBPyConnection, table: RawTable, guesses: Sequence[Guess]
) -> list[Guess]:
    """Ignore a whole name that only repeats words of another: counted twice it would mislead."""
    whole = sorted((g for g in guesses if g.attribute == "full_name" and g.kind is None), key=_rank)
    unnumbered = [g for g in whole if g.header.number is None and not g.profile.is_list]
    restated: dict[str, str] = {}
    for guess in unnumbered:
        for other in unnumbered:
            free = other is not guess and other.column not in restated and guess.column not in restated
            if free and _restates(connection, table, guess.column, other.column):
                restated[guess.column] = other.column
    return [
        _ignore(guess, f"repeats words of {restated[guess.column]}") if guess.column in restated else guess
        for guess in guesses
    ]


def _restates(connection: duckdb.DuckDBPyConnection, table: RawTable, column: str, other: str) -> bool:
    """Whether in most rows all words of one column stand in another."""
    words = "list_filter(regexp_split_to_array(lower({}), '[^\\p{{L}}\\p{{N}}]+'), lambda w: w <> '')"
    inner, outer = words.format(quote(column)), words.format(quote(other))
    found = connection.execute(
        f"select avg(cast(list_has_all({outer}, {inner}) as int)) from (select * from {table.name}"
        f" where {quote(column)} is not null and {quote(other)} is not null limit 2000)"
    ).fetchone()
    return bool(found and found[0] is not None and found[0] >= 0.8)  # misspelt rows differ


def _organizations_alone(
    connection: duckdb.DuckDBPyConnection, table: RawTable, guesses: Sequence[Guess]
) -> float:
    """Return the share of rows with an organisation's name and no person's."""
    organizations = [quote(g.column) for g in guesses if g.attribute == "organization_name"]
    persons = [quote(g.column) for g in guesses if g.attribute in PERSON_NAME | {"name"}]
    if not organizations or not persons:
        return 0.0
    named = " or ".join(f"{column} is not null" for column in organizations)
    unnamed = " and ".join(f"{column} is null" for column in persons)
    found = connection.execute(
        f"select avg(cast(({named}) and {unnamed} as int)) from {table.name}"
    ).fetchone()
    return float(found[0] or 0.0) if found else 0.0
