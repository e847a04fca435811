"""Parquet into a raw table, columnar: every type cast to text, lists kept, structs taken apart."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import duckdb

from resolution.domain.errors import UnreadableFile
from resolution.files.tables import RawTable, literal, quote, unique_columns, unless_blank

_MAX_LIST = 8  # objects of a list that become columns of their own; rows with further ones are counted
_MAX_DEPTH = 6  # nesting that is taken apart; deeper values stay JSON text


def read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, *, table: str) -> RawTable:
    """Make a view of a Parquet file with text columns; nothing is copied.

    Raises:
        UnreadableFile: DuckDB cannot read the file as Parquet.
    """
    source = f"read_parquet({literal(str(path))}, file_row_number = true)"
    try:
        described = connection.sql(f"select * exclude (file_row_number) from {source}")
        parts = [
            part
            for name, kind in zip(described.columns, described.types, strict=True)
            for part in _parts(name, quote(name), kind, depth=0)
        ]
        whole = _whole_number_floats(connection, source, parts)
        names = unique_columns([name for name, _, _ in parts])
        select = [_cell(sql, kind, whole=sql in whole) for _, sql, kind in parts]
        listed = ", ".join(f"{sql} as {quote(name)}" for sql, name in zip(select, names, strict=True))
        connection.execute(
            f"create or replace temp view {table} as"
            f" select {listed}, file_row_number + 1 as _line from {source}"
        )
        cut = " or ".join(
            f"coalesce({long}, false)"
            for name, kind in zip(described.columns, described.types, strict=True)
            for long in _is_cut(quote(name), kind, depth=0)
        )
        rows = connection.execute(f"select count(*), count_if({cut or 'false'}) from {source}").fetchone()
    except duckdb.Error as error:
        raise UnreadableFile(
            f"{path} cannot be read as Parquet: {str(error).splitlines()[0]}. Write the file again,"
            " or give it the ending of what it is (.csv, .jsonl)."
        ) from error
    lists = frozenset(
        name for name, (_, _, kind) in zip(names, parts, strict=True) if kind.id in ("list", "array")
    )
    if not rows or not rows[0]:
        raise UnreadableFile(f"{path} has columns but no rows. Export it again.")
    return RawTable(table, path, tuple(names), lists, rows=int(rows[0]), cut_rows=int(rows[1]), is_view=True)


_Part = tuple[str, str, duckdb.sqltypes.DuckDBPyType]


def _parts(name: str, sql: str, kind: duckdb.sqltypes.DuckDBPyType, *, depth: int) -> Iterator[_Part]:
    """Yield the columns that a value of this type becomes."""
    if kind.id == "struct" and depth < _MAX_DEPTH:
        for field_name, field_type in kind.children:
            inner = f"struct_extract({sql}, {literal(field_name)})"
            yield from _parts(f"{name}_{field_name}", inner, _type(field_type), depth=depth + 1)
    elif kind.id == "list" and _type(kind.children[0][1]).id == "struct" and depth < _MAX_DEPTH:
        for place in range(1, _MAX_LIST + 1):
            suffix = "" if place == 1 else f"_{place}"
            for field_name, field_type in _type(kind.children[0][1]).children:
                inner = f"struct_extract({sql}[{place}], {literal(field_name)})"
                yield from _parts(f"{name}_{field_name}{suffix}", inner, _type(field_type), depth=depth + 1)
    else:
        yield name, sql, kind


def _is_cut(sql: str, kind: duckdb.sqltypes.DuckDBPyType, *, depth: int) -> Iterator[str]:
    """Yield conditions that hold where a list has more objects than `_parts` takes."""
    if depth >= _MAX_DEPTH:
        return
    if kind.id == "struct":
        for field_name, field_type in kind.children:
            inner = f"struct_extract({sql}, {literal(field_name)})"
            yield from _is_cut(inner, _type(field_type), depth=depth + 1)
    elif kind.id == "list" and _type(kind.children[0][1]).id == "struct":
        yield f"len({sql}) > {_MAX_LIST}"
        for condition in _is_cut("x", _type(kind.children[0][1]), depth=depth):
            yield f"len(list_filter({sql}, x -> {condition})) > 0"


def _type(value: object) -> duckdb.sqltypes.DuckDBPyType:
    return cast("duckdb.sqltypes.DuckDBPyType", value)  # the stub has a union with attribute values


def _whole_number_floats(
    connection: duckdb.DuckDBPyConnection, source: str, parts: list[_Part]
) -> frozenset[str]:
    """Return the float columns that hold only whole numbers: ids that met a blank in pandas."""
    floats = [sql for _, sql, kind in parts if kind.id in ("float", "double")]
    if not floats:
        return frozenset()
    tests = ", ".join(
        f"bool_and({sql} is null or ({sql} = trunc({sql}) and abs({sql}) < 1e15))" for sql in floats
    )
    found = connection.execute(f"select {tests} from {source}").fetchone() or ()
    return frozenset(sql for sql, is_whole in zip(floats, found, strict=True) if is_whole)


def _cell(sql: str, kind: duckdb.sqltypes.DuckDBPyType, *, whole: bool) -> str:
    if kind.id in ("list", "array"):
        blank = "list_filter(list_transform({0}, lambda x: cast(x as varchar)), lambda x: {1} is not null)"
        kept = blank.format(sql, unless_blank("x"))
        return f"case when len({kept}) > 0 then {kept} end"
    text = f"cast(cast({sql} as bigint) as varchar)" if whole else f"cast({sql} as varchar)"
    if kind.id == "blob":
        text = f"coalesce(try(decode({sql})), cast({sql} as varchar))"
    return unless_blank(text)
