"""Whether a table's first row is its header, or data already.

A header says what its column holds; it does not look like what its column holds. So a first row is data
where one of its fields is an e-mail address, a date, a phone number or a number over a column of the same,
unless its other fields read as headers.
"""

from collections.abc import Callable, Sequence

from resolution.files.detectors import has_letters, is_email, is_number, is_phone, is_separated_date
from resolution.files.headers import parse_header
from resolution.files.lexicon import read_header

_ALIKE = 0.5  # share of a column's values that must look like its first field
_PHONE_DIGITS = 7  # fewer may be any number
_READ_AS_HEADERS = 0.5  # share of the fields with letters from which a first row is a header


def is_data(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row is data, as the rows after it tell."""
    fields = [field.strip() for field in first]
    columns = [[row[n].strip() for row in others if n < len(row)] for n in range(len(fields))]
    parts = [
        (field, [value for value in column if value]) for field, column in zip(fields, columns, strict=True)
    ]
    if _has_alike(parts, is_email):
        return True
    if _reads_as_header(fields):
        return False
    numbers = [column for field, column in parts if is_number(field)]
    is_over_numbers = all(column and _share(column, is_number) >= _ALIKE for column in numbers)
    is_of_numbers = bool(numbers) and is_over_numbers and any(map(has_letters, fields))
    return _has_alike(parts, is_separated_date) or _has_alike(parts, _is_long_phone) or is_of_numbers


def _has_alike(parts: Sequence[tuple[str, Sequence[str]]], looks_so: Callable[[str], bool]) -> bool:
    return any(looks_so(field) and _share(column, looks_so) >= _ALIKE for field, column in parts)


def _share(column: Sequence[str], looks_so: Callable[[str], bool]) -> float:
    return sum(map(looks_so, column)) / len(column) if column else 1.0


def _is_long_phone(text: str) -> bool:
    return is_phone(text) and sum(letter.isdigit() for letter in text) >= _PHONE_DIGITS


def _reads_as_header(fields: Sequence[str]) -> bool:
    words = [field for field in fields if has_letters(field)]
    known = [field for field in words if read_header(parse_header(field)) is not None]
    return bool(words) and len(known) >= _READ_AS_HEADERS * len(words)
