"""A given mapping put to the files: what it says holds, what it leaves open is inferred."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from resolution.domain.attributes import Attribute, ColumnMapping, Mapping, PartyType, SourceMapping
from resolution.domain.errors import InputError, MappingError
from resolution.files.inference import infer_source, source_names
from resolution.files.mapping_file import GivenSource, read_mapping
from resolution.files.tables import RawTable


def map_files(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[RawTable], *, mapping_file: Path | None = None
) -> Mapping:
    """Return the mapping of the files: as given in a mapping file, the rest inferred.

    Raises:
        MappingError: The mapping file cannot be read, or names columns or files that are not there.
        InputError: Without a mapping file: two files have one name, which would name one source.
    """
    if mapping_file is not None:
        return complete_mapping(connection, tables, given=read_mapping(mapping_file))
    mapping = complete_mapping(connection, tables, given=())
    _refuse_namesakes(mapping, tables)
    return mapping


def complete_mapping(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[RawTable], *, given: Sequence[GivenSource]
) -> Mapping:
    """Return the whole mapping of the files.

    An entry belongs to the file of its name; where there is one entry only, to every file.

    Raises:
        MappingError: The given mapping names columns or files that are not there; all are named.
    """
    faults = _unknown_files(given, tables)
    fitted: list[_Fitted] = []
    for table, name in zip(tables, source_names(tables), strict=True):
        entry = _entry_for(table, given)
        columns, unknown = _fit_columns(entry, table)
        faults += unknown
        fitted.append(_Fitted(table, _name(entry, table, name, len(tables)), entry, columns))
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        raise MappingError(f"The mapping does not fit the files; correct it and run again:{listed}")
    return Mapping(tuple(_complete(connection, one) for one in fitted))


def _refuse_namesakes(mapping: Mapping, tables: Sequence[RawTable]) -> None:
    """Refuse files of one name, unless a column of theirs names the source."""
    paths: dict[str, list[str]] = {}
    for source, table in zip(mapping.sources, tables, strict=True):
        if all(column.attribute is not Attribute.SOURCE for column in source.columns):
            paths.setdefault(table.path.name, []).append(str(table.path))
    for name, same in paths.items():
        if len(same) > 1:
            raise InputError(
                f"{' and '.join(same)} have one name, and a file's name names its source; rename one, or"
                f" say with --mapping that all files {name} are one source"
            )


@dataclass(frozen=True, slots=True)
class _Fitted:
    """One file with what is said of it."""

    table: RawTable
    source: str
    given: GivenSource
    columns: tuple[ColumnMapping, ...]


def _unknown_files(given: Sequence[GivenSource], tables: Sequence[RawTable]) -> list[str]:
    names = {table.path.name for table in tables}
    if len(given) < 2 or any(entry.file in names for entry in given):  # one entry fits all
        return []
    said = ", ".join(str(entry.file) for entry in given)
    return [f"its entries are for {said}; the files given are {', '.join(sorted(names))}"]


def _entry_for(table: RawTable, given: Sequence[GivenSource]) -> GivenSource:
    if len(given) == 1:
        return given[0]
    named = (entry for entry in given if entry.file == table.path.name)
    return next(named, GivenSource(columns=()))


def _name(entry: GivenSource, table: RawTable, inferred: str, files: int) -> str:
    # One entry for several files must not make them one source: it names only the file that it is for.
    is_for_this = files == 1 or entry.file == table.path.name
    return entry.source if entry.source and is_for_this else inferred


def _fit_columns(entry: GivenSource, table: RawTable) -> tuple[tuple[ColumnMapping, ...], list[str]]:
    """Find the given columns in the file, letter case aside; return the faults beside."""
    by_caseless = {column.casefold(): column for column in table.columns}
    fitted: list[ColumnMapping] = []
    faults: list[str] = []
    for column in entry.columns:
        found = column.column if column.column in table.columns else by_caseless.get(column.column.casefold())
        if found is None:
            near = difflib.get_close_matches(column.column, table.columns, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(table.columns)}"
            faults.append(f"{table.path.name} has no column {column.column!r}{hint}")
        else:
            fitted.append(replace(column, column=found))
    return tuple(fitted), faults


def _complete(connection: duckdb.DuckDBPyConnection, one: _Fitted) -> SourceMapping:
    inferred = infer_source(connection, one.table, source=one.source, given=one.columns)
    party_type = one.given.party_type
    if isinstance(party_type, PartyType):
        inferred = replace(inferred, party_type=party_type)
    elif party_type is not None:
        inferred = replace(inferred, party_type=None)
    duplicate_free = one.given.duplicate_free
    return replace(inferred, duplicate_free=duplicate_free if isinstance(duplicate_free, bool) else None)
