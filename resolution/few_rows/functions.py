"""DuckDB's functions by name, and how each treats NULL.

`STRICT` functions are NULL when an argument is; `LENIENT` ones see their NULLs. `ASKED` ones are DuckDB's
own, one call a value.
"""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from resolution.few_rows.engine_calls import ask
from resolution.few_rows.errors import UnsupportedSql
from resolution.few_rows.texts import TEXT_FUNCTIONS

_INTEGER = re.compile(r"[+-]?[0-9]{1,9}\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)


def _joined(left: Any, right: Any) -> Any:
    if isinstance(left, list):
        return left + right
    return str(left) + str(right)


def _concat_ws(separator: str | None, *values: Any) -> str | None:
    if separator is None:
        return None
    return separator.join(str(value) for value in values if value is not None)


def _sorted(values: list[Any], order: str = "ASC", nulls: str = "") -> list[Any]:
    said = sorted((value for value in values if value is not None), reverse=order == "DESC")
    missing: list[Any] = [None] * (len(values) - len(said))
    if missing and not nulls:
        return list(ask("list_sort($1)", values))
    return [*missing, *said] if nulls == "NULLS FIRST" else [*said, *missing]


def _distinct(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(value for value in values if value is not None))


def _aggregate(values: list[Any], name: str, separator: str = ",") -> str | None:
    if name != "string_agg":
        raise UnsupportedSql(f"list_aggregate of {name}")
    said = [value for value in values if value is not None]
    return separator.join(said) if said else None


def _intersect(left: list[Any], right: list[Any]) -> list[Any]:
    return [value for value in _distinct(left) if value in right]


def extracted(value: Any, place: int) -> Any:
    """Return the element of a list, or the letter of a text, at a place counted from one or from the end."""
    position = place - 1 if place > 0 else place + len(value)
    inside = place != 0 and 0 <= position < len(value)
    if isinstance(value, str):
        return value[position] if inside else ""
    return value[position] if inside else None


def sliced(value: Any, first: int | None, last: int | None) -> Any:
    """Return a slice, both ends included, counted from one or from the end."""
    size = len(value)
    start = 1 if first is None else first if first >= 0 else max(first + size + 1, 1)
    end = size if last is None else last if last >= 0 else last + size + 1
    return value[max(start, 1) - 1 : max(end, 0)]


def _maximum(*values: Any) -> Any:
    return max((value for value in values if value is not None), default=None)


def _minimum(*values: Any) -> Any:
    return min((value for value in values if value is not None), default=None)


STRICT: dict[str, Callable[..., Any]] = {
    **TEXT_FUNCTIONS,
    "||": _joined,
    "+": lambda left, right: left + right,
    "-": lambda left, right=None: -left if right is None else left - right,
    "*": lambda left, right: left * right,
    "len": len,
    "array_to_string": lambda values, separator: separator.join(str(v) for v in values if v is not None),
    "list_sort": _sorted,
    "list_distinct": _distinct,
    "list_contains": lambda values, value: value in values,
    "list_has_any": lambda left, right: any(value in right for value in left if value is not None),
    "list_intersect": _intersect,
    "list_aggregate": _aggregate,
    "array_extract": extracted,
}
LENIENT: dict[str, Callable[..., Any]] = {
    "concat_ws": _concat_ws,
    "list_value": lambda *values: list(values),
    "greatest": _maximum,
    "least": _minimum,
    "row": lambda *values: values,
    "list_append": lambda values, value: [*(values or []), value],
    "map_from_entries": lambda entries: entries,
}
ASKED = frozenset({"epoch_ms", "try_strptime"})


def cast(value: Any, kind: str, *, is_tried: bool) -> Any:
    """Return a value in another type; what is not plain is asked of DuckDB."""
    if value is None:
        return None
    native = _native_cast(value, kind)
    if native is not _NOT_NATIVE:
        return native
    return ask(f"{'try_' if is_tried else ''}cast($1 as {kind})", value)


_NOT_NATIVE = object()


def _native_cast(value: Any, kind: str) -> Any:
    match kind:
        case "VARCHAR":
            return value if isinstance(value, str) else str(value) if type(value) is int else _NOT_NATIVE
        case "INTEGER" | "BIGINT" | "SMALLINT":
            if isinstance(value, bool) or not isinstance(value, (str, int)):
                return _NOT_NATIVE
            plain = isinstance(value, int) or _INTEGER.match(value) is not None
            return int(value) if plain and kind != "SMALLINT" and abs(int(value)) < 2**31 else _NOT_NATIVE
        case "DATE":
            return _date(value) if isinstance(value, str) and _DATE.match(value) else _NOT_NATIVE
        case "BOOLEAN":
            return {"t": True, "f": False}.get(value, _NOT_NATIVE) if isinstance(value, str) else _NOT_NATIVE
        case "DOUBLE":
            return float(value) if isinstance(value, (int, float, Decimal)) else _NOT_NATIVE
        case _:
            return _NOT_NATIVE


def _date(text: str) -> Any:
    if text[:4] == "0000":
        return _NOT_NATIVE
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
