"""A file as read: a raw table of text columns in DuckDB, nothing yet meant by them."""

from dataclasses import dataclass, field
from pathlib import Path

BLANKS = " \t\n\r\x0b\x0c\u00a0"  # a cell of nothing else is blank
RESERVED = frozenset({"_record_id", "_source", "_source_id", "_file", "_line"})


@dataclass(frozen=True, slots=True)
class RawTable:
    """One input file in the database.

    The table holds `columns` as VARCHAR, `list_columns` among them as VARCHAR[], blanks as NULL, and
    `_line` BIGINT: the physical line in the file (CSV, JSONL) or the row number (Parquet), from 1.
    Rows that could not be read are in table `quarantine`, `quarantined` of them. Of `cut_rows` rows, the
    last objects of a list were left out. A view (`is_view`) reads the file anew each time.
    """

    name: str
    path: Path
    columns: tuple[str, ...]
    list_columns: frozenset[str] = field(default=frozenset())
    rows: int = 0
    quarantined: int = 0
    cut_rows: int = 0
    is_view: bool = False


def quote(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def unless_blank(sql: str) -> str:
    """Return SQL that yields a text as it stands, NULL where it is blank."""
    # Trimming all blanks is slow, so texts that begin with a visible letter pass before it.
    visible = f"{sql} >= '!' and not starts_with({sql}, '\u00a0')"
    return f"case when {visible} then {sql} when trim({sql}, {literal(BLANKS)}) <> '' then {sql} end"


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
