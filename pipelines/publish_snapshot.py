"""The match snapshot: an immutable file per version, from which one record is matched in milliseconds.

    match_person, match_organization   what records are compared by, in the order of record ids
    blocking_keys                      (party_type, rule, key, record_id), in that order
    model                              the model as JSON, its term frequencies included

Order is the index: DuckDB skips every row group whose range a look-up misses. A file has its name only when
it is whole. While what records are compared by stays as it was, a new version's file is a link to the last.
"""

import json
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import duckdb

from resolution.domain.attributes import PartyType
from resolution.matching.model import ResolutionModel, to_json

KEPT = 3  # snapshots of the newest versions; older ones nobody asks any more
KEY_PREFIX = "bk_"


def snapshot_path(folder: Path, version: int) -> Path:
    """Return where the snapshot of a version stands."""
    return folder / f"{version}.duckdb"


def write_snapshot(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, version: int, model: ResolutionModel
) -> Path:
    """Write the snapshot of a version from the match tables of the current schema."""
    folder.mkdir(parents=True, exist_ok=True)
    path = snapshot_path(folder, version)
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    made_of = _fingerprint(connection, model)
    written = _written(folder)
    if written and _made_of(last := written[max(written)]) == made_of:
        with suppress(OSError):  # a file system without links: it is written anew
            os.link(last, draft)
            draft.replace(path)
            return path
    _write(connection, draft, model=model, made_of=made_of)
    draft.replace(path)
    return path


def newest(folder: Path, *, visible: Collection[int]) -> Path | None:
    """Return the snapshot of the newest visible version that has one."""
    there = [version for version in _written(folder) if version in visible]
    return snapshot_path(folder, max(there)) if there else None


def _written(folder: Path) -> dict[int, Path]:
    return {int(path.stem): path for path in folder.glob("*.duckdb") if path.stem.isdigit()}


def _fingerprint(connection: duckdb.DuckDBPyConnection, model: ResolutionModel) -> str:
    """Return a value that differs when the match tables or the model do."""
    parts = [model.model_id]
    for party_type in PartyType:
        table = f"match_{party_type.value}"
        if _is_there(connection, table):
            summed = f"select sum(hash(t))::varchar || '+' || count(*) from {table} as t"
            parts.append(f"{table}={(connection.execute(summed).fetchone() or ('',))[0]}")
    return " ".join(parts)


def is_of(connection: duckdb.DuckDBPyConnection, path: Path, model: ResolutionModel) -> bool:
    """Return whether a snapshot holds what the match tables and a model are now."""
    return _made_of(path) == _fingerprint(connection, model)


def _made_of(path: Path) -> str | None:
    """Return the fingerprint of what a snapshot was made of, None where it cannot be told."""
    try:
        with duckdb.connect(str(path), read_only=True) as snapshot:
            row = snapshot.execute("select made_of from model").fetchone()
    except duckdb.Error:  # torn, or of an earlier form
        return None
    return None if row is None else str(row[0])


def _write(
    connection: duckdb.DuckDBPyConnection, draft: Path, *, model: ResolutionModel, made_of: str
) -> None:
    quoted = str(draft).replace("'", "''")
    connection.execute(f"attach '{quoted}' as snapshot")
    try:
        connection.execute(
            "create table snapshot.blocking_keys"
            " (party_type varchar, rule varchar, key ubigint, record_id varchar)"
        )
        for party_type in PartyType:
            _copy(connection, party_type.value)
        connection.execute(
            "create table snapshot.model as select $1::varchar as model_json, $2::varchar as made_of",
            [json.dumps(to_json(model)), made_of],
        )
    finally:
        connection.execute("detach snapshot")


def _is_there(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    row = connection.execute(
        "select count(*) from duckdb_tables() where table_name = $1 and schema_name = current_schema()"
        " and database_name = current_database()",
        [table],
    ).fetchone()
    return bool(row and row[0])


def _copy(connection: duckdb.DuckDBPyConnection, party_type: str) -> None:
    table = f"match_{party_type}"
    if not _is_there(connection, table):
        return
    connection.execute(f"create table snapshot.{table} as from {table} order by record_id")
    columns = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
    for column in (c for c in columns if c.startswith(KEY_PREFIX)):
        connection.execute(
            f"insert into snapshot.blocking_keys select $1, $2, {column}, record_id from {table}"
            f" where {column} is not null order by {column}, record_id",
            [party_type, column.removeprefix(KEY_PREFIX)],
        )


def keep_newest(folder: Path, *, visible: Collection[int]) -> None:
    """Remove all snapshots but the newest, and those of versions that never became visible."""
    written = _written(folder)
    kept = sorted(written.keys() & set(visible), reverse=True)[:KEPT]
    for version, path in written.items():
        if version not in kept:
            path.unlink(missing_ok=True)
    for draft in folder.glob("*.draft*"):
        draft.unlink(missing_ok=True)
