"""Raw tables and a mapping into `rows_<n>`: usable rows with their ids; the others into `quarantine`."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from resolution.domain.attributes import Attribute, Mapping, SourceMapping
from resolution.domain.ids import DEFAULT_OBJECT
from resolution.files.tables import RawTable, literal, quote


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """One file in the database: its table, mapping and counts (`rows` = `used` + `quarantined`)."""

    table: str
    mapping: SourceMapping
    rows: int
    used: int
    quarantined: int


def load_sources(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping, tables: Sequence[RawTable]
) -> list[LoadedSource]:
    """Make `rows_<n>` of every raw table by its mapping, and drop the raw table.

    Quarantined are rows without an id and rows whose id an earlier row of the same source has.
    Where no column is the id, the line number is.
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
    fault = _faults(connection, rows=rows, earlier=[f"rows_{n}" for n in range(place)])
    if fault:
        _quarantine(connection, source, table, rows=rows)
    connection.execute("drop table if exists faulty_rows")
    kind = "view" if _is_view(connection, table.name) else "table"
    connection.execute(f"drop {kind} {table.name}")
    return LoadedSource(
        table=rows,
        mapping=source,
        rows=table.rows + table.quarantined,
        used=table.rows - fault,
        quarantined=table.quarantined + fault,
    )


def _column_of(source: SourceMapping, attribute: Attribute) -> str | None:
    return next((column.column for column in source.columns if column.attribute is attribute), None)


def _make_rows(
    connection: duckdb.DuckDBPyConnection, source: SourceMapping, table: RawTable, *, rows: str
) -> None:
    source_column = _column_of(source, Attribute.SOURCE)
    id_column = _column_of(source, Attribute.SOURCE_ID)
    named = (
        f"coalesce(trim({quote(source_column)}), {literal(source.source)})"
        if source_column
        else literal(source.source)
    )
    identified = f"trim({quote(id_column)})" if id_column else "cast(_line as varchar)"
    columns = ", ".join(quote(column) for column in table.columns)
    connection.execute(
        f"create or replace table {rows} as"
        f" select {columns}, _source || ':{DEFAULT_OBJECT}:' || _source_id as _record_id, _source, _source_id,"
        f" {literal(table.path.name)} as _file, _line"
        f" from (select *, {named} as _source, {identified} as _source_id from {table.name})"
    )


def _faults(connection: duckdb.DuckDBPyConnection, *, rows: str, earlier: Sequence[str]) -> int:
    """Make `faulty_rows(_line, reason)` of the rows without an id or with one already taken."""
    taken = "".join(
        f" union all select _record_id, -1 as _line, {literal(table)} as _table from {table}"
        for table in earlier
    )
    connection.execute(
        f"""
        create or replace temp table faulty_rows as
        with ids as (select _record_id, _line, {literal(rows)} as _table from {rows}{taken}),
        repeated as (
            select _record_id from ids where _record_id is not null group by _record_id having count(*) > 1
        ),
        places as (
            select _line, _table,
                row_number() over (partition by _record_id order by _table <> {literal(rows)} desc, _line) as place
            from ids semi join repeated using (_record_id)
        )
        select _line, 'duplicate id: an earlier row of this source has the same id' as reason
        from places where place > 1 and _table = {literal(rows)}
        union all
        select _line, 'no id' as reason from {rows} where _source_id is null
        """
    )
    found = connection.execute("select count(*) from faulty_rows").fetchone()
    return int(found[0]) if found else 0


def _quarantine(
    connection: duckdb.DuckDBPyConnection, source: SourceMapping, table: RawTable, *, rows: str
) -> None:
    field = _column_of(source, Attribute.SOURCE_ID) or "(line number)"
    packed = ", ".join(f"{quote(column)} := {quote(column)}" for column in table.columns)
    connection.execute(
        f"insert into quarantine select _file, _line, {literal(field)}, reason, to_json(struct_pack({packed}))"
        f" from {rows} join faulty_rows using (_line) order by _line"
    )
    connection.execute(f"delete from {rows} where _line in (select _line from faulty_rows)")


def _is_view(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    found = connection.execute(
        "select count(*) from duckdb_views() where view_name = ? and not internal", [name]
    ).fetchone()
    return bool(found and found[0])
