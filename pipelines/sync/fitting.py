"""Rows against their contract: an Arrow batch of those that fit, and the others with the reason.

The texts of a page are converted at one go; only a column that does not fit is looked at value by value.
Conversion loses nothing: "12" fits a whole number, "012" and 1.5 do not.
"""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import pyarrow as pa

from pipelines.connectors.port import BadRow, FieldType, Row
from pipelines.sync.contract import Contract

ARROW_TYPES = {
    FieldType.TEXT: pa.string(),
    FieldType.BIGINT: pa.int64(),
    FieldType.DOUBLE: pa.float64(),
    FieldType.BOOLEAN: pa.bool_(),
}
ARROW_FAULTS = (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError, UnicodeError)
Shapes: TypeAlias = tuple[tuple[str, ...], ...]
INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The rows that fit, in their order, and those that do not."""

    batch: pa.RecordBatch
    bad: tuple[BadRow, ...]


def shapes_of(rows: Sequence[Row]) -> Shapes:
    """Return which fields rows have, in order of arrival; mostly one shape, for a source gives rows alike."""
    return tuple(dict.fromkeys(map(tuple, rows)))


def new_fields(contract: Contract, rows: Sequence[Row], *, shapes: Shapes) -> dict[str, FieldType]:
    """Return columns that stand in rows but not in the contract, with the type that holds their values."""
    known = {field.name for field in contract.fields}
    names = dict.fromkeys(name for shape in shapes for name in shape)
    return {n: guess_type(r[n] for r in rows if r.get(n) is not None) for n in names if n not in known}


def guess_type(values: Iterable[Any]) -> FieldType:
    """Return the narrowest type that holds all values; text when there are none."""
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return FieldType.BOOLEAN
    if kinds == {int}:
        return FieldType.BIGINT
    return FieldType.DOUBLE if kinds and kinds <= {int, float} else FieldType.TEXT


def fit(contract: Contract, rows: Sequence[Row], *, shapes: Shapes | None = None) -> Fitted:
    """Sort rows into those that fit the contract and those that do not; none is lost or changed.

    `shapes` are those of the rows, where the caller knows them.
    """
    if contract.lost:
        named = contract.lost[0]
        reason = f"the source no longer has the column {named}; declare it under `without` to let it go"
        return Fitted(_empty(contract), tuple(BadRow(row, reason, named) for row in rows))
    reasons: dict[int, tuple[str, str]] = {}
    types = contract.types()
    # Arrow fills a field that a row lacks with null; a lost column must not pass for an empty one.
    is_whole = all(types.keys() <= set(shape) for shape in (shapes_of(rows) if shapes is None else shapes))
    found = _texts(rows, types) if is_whole else {}
    columns = [_column(rows, name, type_, found.get(name), reasons) for name, type_ in types.items()]
    for name, column in zip(types, columns, strict=True):
        if name in contract.keys and (isinstance(column, list) or column.null_count):
            _find_null_keys(rows, name, reasons)
    if reasons:
        good = [number for number in range(len(rows)) if number not in reasons]
        columns = [_chosen(column, good) for column in columns]
    arrays = [_array(column, type_) for column, type_ in zip(columns, types.values(), strict=True)]
    batch = pa.RecordBatch.from_arrays(arrays, names=list(types))
    bad = (BadRow(rows[n], reason, field) for n, (field, reason) in sorted(reasons.items()))
    return Fitted(batch, tuple(bad))


def _empty(contract: Contract) -> pa.RecordBatch:
    schema = pa.schema([(name, ARROW_TYPES[type_]) for name, type_ in contract.types().items()])
    return pa.RecordBatch.from_pylist([], schema=schema)


def _chosen(column: Any, numbers: list[int]) -> Any:
    if isinstance(column, list):
        return [column[number] for number in numbers]
    return column.take(pa.array(numbers, pa.int64()))


def _array(column: Any, type_: FieldType) -> pa.Array:
    return pa.array(column, type=ARROW_TYPES[type_]) if isinstance(column, list) else column


def _texts(rows: Sequence[Row], types: Mapping[str, FieldType]) -> dict[str, pa.Array]:
    """Return the text columns of rows that lack no field, converted at one go; none where one does not fit.

    Only texts are told their type: told another one, Arrow cuts 1.5 down to 1 and takes true for 1. For texts
    it takes nothing but texts, and bytes that are one, and need not look at each value twice.
    """
    names = [name for name, type_ in types.items() if type_ is FieldType.TEXT]
    try:
        whole = pa.array(rows, pa.struct([(name, pa.string()) for name in names]))
        return dict(zip(names, whole.flatten(), strict=True))
    except ARROW_FAULTS:
        return {}


def _column(
    rows: Sequence[Row],
    name: str,
    type_: FieldType,
    found: pa.Array | None,
    reasons: dict[int, tuple[str, str]],
) -> pa.Array | list[Any]:
    if found is not None:
        return found
    target = ARROW_TYPES[type_]
    try:
        found = pa.array([row[name] for row in rows], target if type_ is FieldType.TEXT else None)
        if found.type == target:
            return found
        if found.type == pa.null() or (found.type, target) == (pa.int64(), pa.float64()):
            return found.cast(target)
    except (KeyError, *ARROW_FAULTS):
        pass  # one value of the column does not fit; which one is found below
    return _looked_at(rows, name, type_, reasons)


def _looked_at(
    rows: Sequence[Row], name: str, type_: FieldType, reasons: dict[int, tuple[str, str]]
) -> list[Any]:
    values: list[Any] = []
    for number, row in enumerate(rows):
        try:
            values.append(fit_value(row[name], type_))
        except KeyError:
            reasons.setdefault(number, (name, f"the row lacks the field {name}"))
            values.append(None)
        except ValueError as error:
            reasons.setdefault(number, (name, f"{name}: {error}"))
            values.append(None)
    return values


def _find_null_keys(rows: Sequence[Row], key: str, reasons: dict[int, tuple[str, str]]) -> None:
    for number, row in enumerate(rows):
        if row.get(key) is None and number not in reasons:
            reasons[number] = (key, f"the key {key} is null")


def fit_value(value: Any, type_: FieldType) -> Any:
    """Return the value as the type holds it.

    Raises:
        ValueError: the type cannot hold it without loss; the message says what was found.
    """
    if value is None:
        return None
    if type_ is FieldType.TEXT:
        return _text(value)
    if type_ is FieldType.BOOLEAN:
        if isinstance(value, bool):
            return value
    elif type_ is FieldType.BIGINT:
        return _whole_number(value)
    elif _is_number(value):
        return float(value)
    raise _misfit(value, type_)


def _misfit(value: Any, type_: FieldType) -> ValueError:
    return ValueError(f"{type_.value} expected, {type(value).__name__} {str(value)[:40]!r} found")


def _is_number(value: Any) -> bool:
    if not isinstance(value, str):
        return isinstance(value, int | float) and not isinstance(value, bool)
    try:
        float(value)
    except ValueError:
        return False
    return value == value.strip() and "_" not in value


def _whole_number(value: Any) -> int:
    if isinstance(value, bool):
        raise _misfit(value, FieldType.BIGINT)
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError) as error:  # no number, not a number, infinite
        raise _misfit(value, FieldType.BIGINT) from error
    is_same = str(number) == value if isinstance(value, str) else number == value
    if not is_same or number not in INT64:
        raise _misfit(value, FieldType.BIGINT)
    return number


def _text(value: Any) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return _bytes(bytes(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str | Decimal | UUID) or (
        isinstance(value, int | float) and not isinstance(value, bool)
    ):
        text = str(value)
    else:  # nested values, and true as JSON writes it
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    try:
        text.encode()  # lone surrogates stand for bytes that are no UTF-8
    except UnicodeEncodeError as error:
        raise ValueError("the text is no valid UTF-8") from error
    return text


def _bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(value).decode()


def key_of(keys: Sequence[str], row: Mapping[str, Any]) -> str | None:
    """Return the record key of a row: its keys joined by `|`, or None when one is missing.

    With several keys, a `|` or a backslash inside one is escaped, so that no two rows share a key.
    """
    parts = [row.get(key) for key in keys]
    if any(part is None for part in parts):
        return None
    try:
        texts = [_text(part) for part in parts]
    except ValueError:
        return None
    if len(texts) == 1:
        return texts[0]
    return "|".join(text.replace("\\", "\\\\").replace("|", "\\|") for text in texts)
