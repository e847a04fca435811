"""A file as read: a raw table of text columns in DuckDB, nothing yet meant by them."""

from dataclasses import dataclass, field
from pathlib import Path

RESERVED = frozenset({"_record_id", "_source", "_source_id", "_file", "_line"})


@dataclass(frozen=True, slots=True)
class RawTable:
    """One input file in the database.

    The table holds `columns` as VARCHAR, `list_columns` among them as VARCHAR[], blanks as NULL, and
    `_line` BIGINT: the physical line in the file (CSV, JSONL) or the row number (Parquet), from 1.
    Rows that could not be read are in table `quarantine`, `quarantined` of them.
    """

    name: str
    path: Path
    columns: tuple[str, ...]
    list_columns: frozenset[str] = field(default=frozenset())
    rows: int = 0
    quarantined: int = 0


def quote(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def unique_columns(names: list[str]) -> list[str]:
    """Return column names that differ without regard to case; blank ones are named by position.

    A repeated name gets a number (`phone`, `phone_2`), as its values are further values.
    """
    taken: set[str] = set(RESERVED)
    given = [name.strip() or f"column_{place}" for place, name in enumerate(names, start=1)]
    waiting = {name.casefold() for name in given}
    unique: list[str] = []
    for name in given:
        number, candidate = 1, name
        while candidate.casefold() in taken or (number > 1 and candidate.casefold() in waiting):
            number += 1
            candidate = f"{name}_{number}"
        taken.add(candidate.casefold())
        unique.append(candidate)
    return unique
