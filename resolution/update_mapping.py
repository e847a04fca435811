"""The mapping of an update's files: each file is of a source that the run knows, or brings a new one.

An update rarely has the file names of the first run (`crm.csv`, then `crm_monday.csv`), so a file belongs
to the source of its name, else to the only one whose columns it has. An object of JSON lines leaves out
what it has no value for, so a file of a few of them need not have all columns of its source.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from resolution.domain.attributes import Attribute, Mapping, PartyType, SourceMapping
from resolution.domain.errors import MappingError
from resolution.files.completion import complete_mapping
from resolution.files.compression import unpacked_name
from resolution.files.mapping_file import GivenSource, read_mapping
from resolution.files.reading import is_jsonl
from resolution.files.tables import RawTable


def map_update(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[RawTable], *, run_mapping: Path
) -> tuple[Mapping, Mapping | None]:
    """Return the mapping of the files of an update, and that of the run where a source is new to it.

    Raises:
        MappingError: A file does not fit its source, or may be of several sources.
    """
    known = read_mapping(run_mapping)
    owners = [_owner(table, known) for table in tables]
    given = [
        replace(_stated(owner, table) if owner else GivenSource(columns=()), file=table.path.name)
        for owner, table in zip(owners, tables, strict=True)
    ]
    mapping = complete_mapping(connection, tables, given=given)
    new = [source for source, owner in zip(mapping.sources, owners, strict=True) if owner is None]
    return mapping, Mapping((*(_whole(entry) for entry in known), *new)) if new else None


def absent_columns(
    mapping: Mapping, tables: Sequence[RawTable], *, run_mapping: Path
) -> list[tuple[str, ...]]:
    """Return, for each file of an update, the columns that its source uses and no row of the file has."""
    known = {entry.source: entry for entry in read_mapping(run_mapping)}
    return [
        tuple(column for column in _used(known[source.source]) if not _is_there(column, table))
        if source.source in known
        else ()
        for source, table in zip(mapping.sources, tables, strict=True)
    ]


def _stated(owner: GivenSource, table: RawTable) -> GivenSource:
    """Return the source without the columns that no object of JSON lines has, but for its key."""
    if not is_jsonl(table.path):
        return owner
    kept = (c for c in owner.columns if c.attribute is Attribute.SOURCE_ID or _is_there(c.column, table))
    return replace(owner, columns=tuple(kept))


def _used(entry: GivenSource) -> list[str]:
    return [c.column for c in entry.columns if c.attribute is not Attribute.IGNORE]


def _is_there(column: str, table: RawTable) -> bool:
    return column.casefold() in {present.casefold() for present in table.columns}


def _owner(table: RawTable, known: Sequence[GivenSource]) -> GivenSource | None:
    """Return the run's source that a file belongs to, None where it is of a new one."""
    name = table.path.name
    same_name = [entry for entry in known if entry.file == name]
    if same_name:
        return same_name[0]
    fitting = [entry for entry in known if _has_columns(table, entry)]
    named = [entry for entry in known if _is_named_for(table.path, entry)]
    both = [entry for entry in fitting if entry in named]
    for found in (both, fitting, named):
        if len(found) == 1:
            return found[0]
    if fitting:
        sources = ", ".join(str(entry.source) for entry in both or fitting)
        raise MappingError(
            f"{name} may be of any of the sources {sources}; name it as the file of its source was named,"
            f" for example {(both or fitting)[0].file}"
        )
    return None


def _has_columns(table: RawTable, entry: GivenSource) -> bool:
    present = {column.casefold() for column in table.columns}
    used = {column.casefold() for column in _used(entry)}
    if is_jsonl(table.path) and entry.file and is_jsonl(Path(entry.file)):
        keys = {c.column.casefold() for c in entry.columns if c.attribute is Attribute.SOURCE_ID}
        known = {c.column.casefold() for c in entry.columns}
        return bool(keys) and keys <= present <= known
    return bool(used) and used <= present


def _is_named_for(path: Path, entry: GivenSource) -> bool:
    stem = _stem(path).casefold()
    names = {entry.source, _stem(Path(entry.file)) if entry.file else None} - {None}
    return any(stem.startswith(str(name).casefold()) for name in names)


def _stem(path: Path) -> str:
    return Path(unpacked_name(path)).stem


def _whole(entry: GivenSource) -> SourceMapping:
    return SourceMapping(
        file=entry.file or "",
        source=entry.source or "",
        columns=entry.columns,
        party_type=entry.party_type if isinstance(entry.party_type, PartyType) else None,
        duplicate_free=entry.duplicate_free if isinstance(entry.duplicate_free, bool) else None,
    )
