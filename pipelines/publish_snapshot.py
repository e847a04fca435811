"""The match snapshot: an immutable file per version, in which one record is looked up in milliseconds.

`resolution.lookup` writes and reads it; here stands when, and where. A file has its name only when it is
whole and on the disk.
"""

import os
from collections.abc import Collection
from pathlib import Path

import duckdb

from resolution.lookup.writing import write_match_snapshot
from resolution.matching.model import ResolutionModel

KEPT = 3  # snapshots of the newest versions; older ones nobody asks any more
SUFFIX = ".snapshot"
EARLIER_SUFFIX = ".duckdb"  # of releases before snapshots had a format of their own; nobody reads those


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
    write_match_snapshot(connection, draft, model=model)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)
    return path


def keep_newest(folder: Path, *, visible: Collection[int]) -> None:
    """Remove all snapshots but the newest, and those of versions that never became visible."""
    written = {int(path.stem): path for path in folder.glob(f"*{SUFFIX}") if path.stem.isdigit()}
    kept = sorted(written.keys() & set(visible), reverse=True)[:KEPT]
    for version, path in written.items():
        if version not in kept:
            path.unlink(missing_ok=True)
    for leftover in (*folder.glob("*.draft*"), *folder.glob(f"*{EARLIER_SUFFIX}")):
        leftover.unlink(missing_ok=True)
