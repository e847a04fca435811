"""The match snapshot: an immutable file per version, from which one record is matched in milliseconds.

    match_person, match_organization   what records are compared by, in the order of record ids
    blocking_keys                      (party_type, rule, key, record_id), in that order
    model                              the model as JSON, its term frequencies included

Order is the index: DuckDB skips every row group whose range a look-up misses. A file has its name only when
it is whole.
"""

import json
from collections.abc import Collection
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
            "create table snapshot.model as select $1::varchar as model_json", [json.dumps(to_json(model))]
        )
    finally:
        connection.execute("detach snapshot")
    draft.replace(path)
    return path


def _copy(connection: duckdb.DuckDBPyConnection, party_type: str) -> None:
    table = f"match_{party_type}"
    there = connection.execute(
        "select count(*) from duckdb_tables() where table_name = $1 and schema_name = current_schema()"
        " and database_name = current_database()",
        [table],
    ).fetchone()
    if not there or not there[0]:
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
    written = {int(path.stem): path for path in folder.glob("*.duckdb") if path.stem.isdigit()}
    kept = sorted(written.keys() & set(visible), reverse=True)[:KEPT]
    for version, path in written.items():
        if version not in kept:
            path.unlink(missing_ok=True)
    for draft in folder.glob("*.draft*"):
        draft.unlink(missing_ok=True)
