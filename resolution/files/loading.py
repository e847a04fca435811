"""Raw tables and a mapping into `rows_<n>`: usable rows with their ids; the others into `quarantine`."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from resolution.domain.attributes import Attribute, Mapping, SourceMapping
from resolution.domain.ids import DEFAULT_OBJECT
from resolution.files.faults import find_faults
from resolution.files.tables import RawTable, literal, quote


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """One file in the database: its table, mapping and counts (`rows` = `used` + `quarantined`).

    Of `cut_rows` rows, the last objects of a list were left out.
    """

    table: str
    mapping: SourceMapping
    rows: int
    used: int
    quarantined: int
    cut_rows: int = 0


def load_sources(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping, tables: Sequence[RawTable]
) -> list[LoadedSource]:
    """Make `rows_<n>` of every raw table by its mapping, and drop the raw table.

    Quarantined are rows without an id, rows whose id an earlier row of the same source has, and rows
    with a NUL character. Where no column is mapped to the id, the line number is the id.
    """
    return [
        _load(connection, source, table, place=place)
        for place, (source, table) in enumerate(zip(mapping.sources, tables, strict=True))
    ]


def _load(
    connection: duckdb.DuckDBPyConnection, source: SourceMapping, table: RawTable, *, place: int
) -> LoadedSource:
    rows = f"rows_{place}"
    _make_rows(connection, source, table, rows=rows)
    faults = find_faults(
        connection,
        table,
        rows=rows,
        earlier=[f"rows_{number}" for number in range(place)],
        id_column=_column_of(source, Attribute.SOURCE_ID) or "(line number)",
    )
    if faults:
        _quarantine(connection, table, rows=rows)
    connection.execute("drop table faulty_rows")
    kind = "view" if table.is_view else "table"
    connection.execute(f"drop {kind} {table.name}")
    return LoadedSource(
        table=rows,
        mapping=source,
        rows=table.rows + table.quarantined,
        used=table.rows - faults,
        quarantined=table.quarantined + faults,
        cut_rows=table.cut_rows,
    )


def _column_of(source: SourceMapping, attribute: Attribute) -> str | None:
    return next((column.column for column in source.columns if column.attribute is attribute), None)


def _make_rows(
    connection: duckdb.DuckDBPyConnection, source: SourceMapping, table: RawTable, *, rows: str
) -> None:
    source_column = _column_of(source, Attribute.SOURCE)
    id_column = _column_of(source, Attribute.SOURCE_ID)
    named = literal(source.source)
    if source_column:
        named = f"coalesce({_first_value(table, source_column)}, {named})"
    identified = _first_value(table, id_column) if id_column else "cast(_line as varchar)"
    columns = ", ".join(quote(column) for column in table.columns)
    connection.execute(
        f"create or replace table {rows} as select {columns},"
        f" _source || ':{DEFAULT_OBJECT}:' || _source_id as _record_id, _source, _source_id,"
        f" {literal(table.path.name)} as _file, _line"
        f" from (select *, {named} as _source, {identified} as _source_id from {table.name})"
    )


def _first_value(table: RawTable, column: str) -> str:
    return f"trim({quote(column)}[1])" if column in table.list_columns else f"trim({quote(column)})"


def _quarantine(connection: duckdb.DuckDBPyConnection, table: RawTable, *, rows: str) -> None:
    packed = ", ".join(f"{quote(column)} := {quote(column)}" for column in table.columns)
    connection.execute(
        "insert into quarantine"
        f" select _file, _line, field, reason, cast(to_json(struct_pack({packed})) as varchar)"
        f" from {rows} join faulty_rows using (_line) order by _line"
    )
    connection.execute(f"delete from {rows} where _line in (select _line from faulty_rows)")
