"""Which column is the key of a row within its source."""

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from resolution.files import detectors as d
from resolution.files.guesses import Guess
from resolution.files.lexicon import load_lexicon
from resolution.files.tables import RawTable, quote

_MOST_DISTINCT = 0.5  # share of rows with a key of their own, below which a column is no key
_CODE_LENGTH = 40  # characters; longer values are texts
_ENOUGH_ROWS = 20  # rows from which a column of distinct codes is taken to be the key by its values alone
_GUESSED = 0.5  # confidence in a key that no header names


def choose_source_id(
    connection: duckdb.DuckDBPyConnection, table: RawTable, guesses: Sequence[Guess]
) -> list[Guess]:
    """Keep one column as the row's key: the one that repeats least, then by how plainly it is named.

    Where no header names a key, a column of distinct codes that means nothing else is taken.
    """
    named = [guess for guess in guesses if guess.attribute == "source_id"]
    source = next((guess.column for guess in guesses if guess.attribute == "source"), None)
    distinct = {guess.column: _distinct(connection, table, guess.column, source=source) for guess in named}
    keys = [guess for guess in named if distinct[guess.column] >= _MOST_DISTINCT or guess.is_given]
    if not named:
        return _by_values(connection, table, guesses, source=source)
    best = min(keys, key=lambda guess: _rank(guess, distinct[guess.column]), default=None)
    return [
        guess if guess not in named or guess is best else _not_the_key(guess, best, distinct[guess.column])
        for guess in guesses
    ]


def _rank(guess: Guess, distinct: float) -> tuple[bool, float, float, int, str]:
    order = list(load_lexicon().by_key)
    place = order.index(guess.header.key) if guess.header.key in order else len(order)
    return (not guess.is_given, -round(distinct, 1), -guess.confidence, place, guess.column.casefold())


def _not_the_key(guess: Guess, best: Guess | None, distinct: float) -> Guess:
    reason = (
        f"{best.column} is the better key" if best else f"no key: only {distinct:.0%} of its values differ"
    )
    return replace(guess, attribute="ignore", reason=reason)


def _distinct(
    connection: duckdb.DuckDBPyConnection, table: RawTable, column: str, *, source: str | None
) -> float:
    """Return the share of filled rows whose key, within its source, is distinct."""
    key = f"({quote(source)}, {quote(column)})" if source else quote(column)
    found = connection.execute(
        f"select count(distinct {key}) / count(*) from {table.name} where {quote(column)} is not null"
    ).fetchone()
    return float(found[0] or 0.0) if found else 0.0


def _by_values(
    connection: duckdb.DuckDBPyConnection, table: RawTable, guesses: Sequence[Guess], *, source: str | None
) -> list[Guess]:
    candidates = sorted((g for g in guesses if _looks_like_key(g)), key=lambda g: g.column.casefold())
    best = next(
        (g for g in candidates if _distinct(connection, table, g.column, source=source) == 1.0),
        None,
    )
    reason = "every row has a code of its own here"
    return [
        replace(guess, attribute="source_id", confidence=_GUESSED, reason=reason) if guess is best else guess
        for guess in guesses
    ]


def _looks_like_key(guess: Guess) -> bool:
    profile = guess.profile
    is_unknown = guess.attribute == "ignore" and guess.reason == "not understood"
    is_full = profile.rows >= _ENOUGH_ROWS and profile.filled == profile.rows and not profile.is_list
    return is_unknown and is_full and profile.share(_is_code) == 1.0


def _is_code(text: str) -> bool:
    is_plain = len(text) <= _CODE_LENGTH and not any(letter.isspace() for letter in text)
    return (
        is_plain
        and d.has_digit(text)
        and not (d.is_email(text) or d.is_url(text) or d.is_separated_date(text))
    )
