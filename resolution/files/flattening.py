"""Nested JSON objects as flat rows: `addr.city` -> `addr_city`, a list's second object -> `…_2`."""

import json
from collections.abc import Iterator, Mapping

from resolution.files.row_writer import Cell

_MAX_DEPTH = 8  # nesting that is taken apart; what is deeper stays JSON text
_MAX_OBJECTS = 16  # objects of one list that get columns; the others stay JSON text in `<name>_more`


def flatten(row: Mapping[str, object]) -> dict[str, Cell]:
    """Return the cells of a JSON object; nulls are left out.

    A list of plain values is a list cell. Objects of a list have columns of their own, from the second
    on with their number at the end (`phones_number`, `phones_number_2`).
    """
    cells: dict[str, Cell] = {}
    for name, cell in _cells(row, prefix="", suffix="", depth=0):
        number, free = 1, name
        while free in cells:
            number += 1
            free = f"{name}_{number}"
        cells[free] = cell
    return cells


def _cells(row: Mapping[str, object], *, prefix: str, suffix: str, depth: int) -> Iterator[tuple[str, Cell]]:
    for key, value in row.items():
        yield from _value(f"{prefix}{key}", value, suffix=suffix, depth=depth)


def _value(name: str, value: object, *, suffix: str, depth: int) -> Iterator[tuple[str, Cell]]:
    if value is None:
        return
    if isinstance(value, dict | list) and depth >= _MAX_DEPTH:
        yield name + suffix, as_json(value)
    elif isinstance(value, dict):
        yield from _cells(value, prefix=f"{name}_", suffix=suffix, depth=depth + 1)
    elif isinstance(value, list):
        yield from _list(name, value, suffix=suffix, depth=depth + 1)
    else:
        yield name + suffix, _scalar(value)


def _list(name: str, values: list[object], *, suffix: str, depth: int) -> Iterator[tuple[str, Cell]]:
    plain = [_scalar(value) for value in values if value is not None and not isinstance(value, dict | list)]
    if plain:
        yield name + suffix, plain
    nested = [value for value in values if isinstance(value, dict | list)]
    for place, value in enumerate(nested[:_MAX_OBJECTS], start=1):
        numbered = suffix if place == 1 else f"{suffix}_{place}"
        if isinstance(value, dict):
            yield from _cells(value, prefix=f"{name}_", suffix=numbered, depth=depth)
        else:
            yield name + numbered, as_json(value)
    if len(nested) > _MAX_OBJECTS:
        yield f"{name}_more{suffix}", as_json(nested[_MAX_OBJECTS:])


def _scalar(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def as_json(value: object) -> str:
    """Return a nested value as JSON text."""
    return json.dumps(value, ensure_ascii=False)
