"""JSON lines that hold flat objects only, read at once by DuckDB's parallel reader.

It gives what the careful way gives, or nothing: where anything is nested, repeated, malformed or would
be written otherwise (DuckDB turns 1.10 into 1.1), the caller reads line by line.
"""

from pathlib import Path

import duckdb

from resolution.files.tables import RawTable, literal, quote, unique_columns, unless_blank

_LARGEST_OBJECT = 1 << 24  # bytes; a file with a larger one is read line by line
_KEYS = """
with objects as (
    select json, row_number() over () as place
    from read_ndjson_objects({file}, maximum_object_size = {largest})
),
keys as (
    select unnest(json_keys(json)) as key, generate_subscripts(json_keys(json), 1) as turn, place from objects
)
select key, count(*) > count(distinct place) from keys group by key order by min(place), min(turn)
"""
# A number that is written back otherwise, a nested value, or a NUL, as they look outside and inside strings.
_NOT_FLAT = r"(:\s*-?[0-9]+[.eE])|([:]\s*[\[\{])|\\u0000"


def read_flat_jsonl(
    connection: duckdb.DuckDBPyConnection, path: Path, *, table: str, lines: int
) -> RawTable | None:
    """Read a UTF-8 file of as many flat objects as it has lines; None when it is anything else."""
    file = literal(str(path))
    try:
        odd = connection.execute(
            f"select count(*), count_if(json_type(json) <> 'OBJECT'"
            f" or regexp_matches(cast(json as varchar), {literal(_NOT_FLAT)}))"
            f" from read_ndjson_objects({file}, maximum_object_size = {_LARGEST_OBJECT})"
        ).fetchone()
        if odd is None or odd != (lines, 0):
            return None
        keys = connection.execute(_KEYS.format(file=file, largest=_LARGEST_OBJECT)).fetchall()
        names = [key for key, _ in keys]
        if (
            not names
            or any(repeats for _, repeats in keys)
            or unique_columns(names) != names
            or not _are_plain(names)
        ):
            return None
        _make(connection, file, names, table=table)
    except duckdb.Error:
        return None  # a faulty line; the careful way finds it
    return RawTable(table, path, tuple(names), rows=lines)


def _are_plain(names: list[str]) -> bool:
    return all(name.isprintable() and name == " ".join(name.split()) for name in names)


def _make(connection: duckdb.DuckDBPyConnection, file: str, names: list[str], *, table: str) -> None:
    typed = ", ".join(f"{literal(name)}: 'varchar'" for name in names)
    cells = ", ".join(f"{unless_blank(quote(name))} as {quote(name)}" for name in names)
    connection.execute(
        f"create or replace table {table} as select {cells}, row_number() over () as _line"
        f" from read_json({file}, format = 'newline_delimited', columns = {{{typed}}},"
        f" maximum_object_size = {_LARGEST_OBJECT})"
    )
