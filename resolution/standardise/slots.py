"""Slots: the single values that a mapping promises for each row.

A mapping names columns; a column may hold several values (a list column, or `a@x.com; b@y.com`). Each value
gets a slot: one scalar SQL expression over the source table, with its attribute, group and position.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from resolution.domain.attributes import Attribute, ColumnMapping, NameKind, SourceMapping

MAX_VALUES = 24  # of one column of one row; what stands behind is left
LONGEST_TEXT = 4000  # characters of one column that are looked through for several values
SEPARATORS = {
    Attribute.EMAIL: "[;,|\n]+",
    Attribute.PHONE: "[;|\n]+| or | / |, ",
    Attribute.FULL_NAME: "[|;\n]+",
    Attribute.ORGANIZATION_NAME: "[|;]+",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One value of a row. `name` is its column in the stated table, `sql` yields it from the source table."""

    name: str
    sql: str
    attribute: Attribute
    group: int
    position: int
    kind: str | None
    country: str | None


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _list_sql(column: ColumnMapping, is_list: bool) -> str | None:
    """Return SQL for the list of a column's values, None where it can hold one only."""
    if is_list:
        return _quoted(column.column)
    separators = SEPARATORS.get(column.attribute)
    if separators is None:
        return None
    text = _quoted(column.column)
    return f"regexp_split_to_array(trim(left({text}, {LONGEST_TEXT})), '{separators}')"


def _lengths(connection: DuckDBPyConnection, table: str, lists: dict[str, str]) -> dict[str, int]:
    if not lists:
        return {}
    counts = ", ".join(f"max(len({sql}))" for sql in lists.values())
    row = connection.execute(f"select {counts} from {table}").fetchone() or ()
    return {name: min(count or 0, MAX_VALUES) for name, count in zip(lists, row, strict=True)}


def find_slots(connection: DuckDBPyConnection, table: str, mapping: SourceMapping) -> tuple[Slot, ...]:
    """Return the slots of a source table, in the order of its mapping within attribute and group."""
    types = {row[0]: str(row[1]) for row in connection.execute(f"describe {table}").fetchall()}
    columns = sorted(
        (column for column in mapping.columns if column.attribute is not Attribute.IGNORE),
        key=lambda column: (
            column.attribute.value,
            column.kind not in (None, NameKind.PRIMARY),
            column.group,
        ),
    )
    lists = {
        column.column: sql
        for column in columns
        if (sql := _list_sql(column, types.get(column.column, "").endswith("[]"))) is not None
    }
    lengths = _lengths(connection, table, lists)
    slots: list[Slot] = []
    taken: dict[Attribute, int] = {}
    for column in columns:
        sources = _value_sources(column, lists.get(column.column), lengths.get(column.column, 1))
        for sql in sources:
            position = taken.get(column.attribute, 0)
            taken[column.attribute] = position + 1
            slots.append(
                Slot(
                    f"{column.attribute.value}_{position}",
                    sql,
                    column.attribute,
                    column.group,
                    position,
                    column.kind,
                    column.country,
                )
            )
    return tuple(slots)


def _value_sources(column: ColumnMapping, list_sql: str | None, length: int) -> list[str]:
    if list_sql is None or (length <= 1 and not list_sql.startswith('"')):
        return [_quoted(column.column)]
    return [f"({list_sql})[{place}]" for place in range(1, length + 1)]


def of(slots: Iterable[Slot], *attributes: Attribute) -> list[Slot]:
    """Return the slots of the given attributes, in order."""
    return [slot for slot in slots if slot.attribute in attributes]
