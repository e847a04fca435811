"""The match snapshot: an immutable file per version, in which one record is looked up in milliseconds.

`resolution.lookup` writes and reads it; here stands when, and where. A file has its name only when it is
whole and on the disk. While all that is in it stays as it was, a new version's file is a link to the last.
"""

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import duckdb

from resolution.domain.attributes import PartyType
from resolution.domain.errors import ResolutionError
from resolution.lookup.container import open_container
from resolution.lookup.writing import write_match_snapshot
from resolution.matching.model import ResolutionModel

KEPT = 3  # snapshots of the newest versions; older ones nobody asks any more
SUFFIX = ".snapshot"
EARLIER_SUFFIX = ".duckdb"  # of releases before snapshots had a format of their own; nobody reads those
COMPARED = tuple(f"match_{party_type.value}" for party_type in PartyType)
LINKED = "links"  # with decisions: one made since calls for no new version, look-ups are told of it


def snapshot_path(folder: Path, version: int) -> Path:
    """Return where the snapshot of a version stands."""
    return folder / f"{version}{SUFFIX}"


def write_snapshot(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, version: int, model: ResolutionModel
) -> Path:
    """Write the snapshot of a version from the match tables and links of the current schema."""
    folder.mkdir(parents=True, exist_ok=True)
    path = snapshot_path(folder, version)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    made_of = _fingerprint(connection, model, LINKED)
    written = _written(folder)
    if written and _made_of(last := written[max(written)]) == made_of:
        with suppress(OSError):  # a file system without links: it is written anew
            os.link(last, draft)
            draft.replace(path)
            return path
    write_match_snapshot(connection, draft, model=model, made_of=made_of)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)
    return path


def newest(folder: Path, *, visible: Collection[int]) -> Path | None:
    """Return the snapshot of the newest visible version that has one."""
    there = [version for version in _written(folder) if version in visible]
    return snapshot_path(folder, max(there)) if there else None


def is_of(connection: duckdb.DuckDBPyConnection, path: Path, model: ResolutionModel) -> bool:
    """Return whether a snapshot holds what the match tables and a model are now."""
    made_of = _made_of(path)
    return made_of is not None and made_of.partition(f" {LINKED}=")[0] == _fingerprint(connection, model)


def keep_newest(folder: Path, *, visible: Collection[int]) -> None:
    """Remove all snapshots but the newest, and those of versions that never became visible."""
    written = _written(folder)
    kept = sorted(written.keys() & set(visible), reverse=True)[:KEPT]
    for version, path in written.items():
        if version not in kept:
            path.unlink(missing_ok=True)
    for leftover in (*folder.glob("*.draft*"), *folder.glob(f"*{EARLIER_SUFFIX}")):
        leftover.unlink(missing_ok=True)


def _written(folder: Path) -> dict[int, Path]:
    return {int(path.stem): path for path in folder.glob(f"*{SUFFIX}") if path.stem.isdigit()}


def _fingerprint(connection: duckdb.DuckDBPyConnection, model: ResolutionModel, *also: str) -> str:
    """Return a value that differs when the match tables, the model or the tables named do."""
    parts = [model.model_id]
    for table in (*COMPARED, *also):
        if _is_there(connection, table):
            summed = f"select sum(hash(t))::varchar || '+' || count(*) from {table} as t"
            parts.append(f"{table}={(connection.execute(summed).fetchone() or ('',))[0]}")
    return " ".join(parts)


def _made_of(path: Path) -> str | None:
    """Return the fingerprint of what a snapshot was made of, None where it cannot be told."""
    try:
        told = open_container(path).head.get("made_of")
    except ResolutionError:  # torn, or of another form
        return None
    return None if told is None else str(told)


def _is_there(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    row = connection.execute(
        "select count(*) from duckdb_tables() where table_name = $1 and schema_name = current_schema()"
        " and database_name = current_database()",
        [table],
    ).fetchone()
    return bool(row and row[0])
