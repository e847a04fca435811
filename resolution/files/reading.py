"""Files into raw tables, by their ending."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from resolution.domain.errors import UnreadableFile
from resolution.files.parquet_files import read_parquet
from resolution.files.quarantine import create_quarantine
from resolution.files.tables import RawTable

PARQUET = frozenset({".parquet", ".pq"})


def read_files(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> list[RawTable]:
    """Read every file into a raw table `raw_<n>` of the connection.

    Rows that cannot be read are put into table `quarantine`, which is made anew.

    Raises:
        UnreadableFile: A file is missing, empty, or not what its ending says.
    """
    create_quarantine(connection)
    return [read_file(connection, path, table=f"raw_{place}") for place, path in enumerate(paths)]


def read_file(connection: duckdb.DuckDBPyConnection, path: Path, *, table: str) -> RawTable:
    """Read one file into a raw table."""
    if not path.is_file():
        raise UnreadableFile(f"{path} is not there. Check the name.")
    if path.suffix.lower() in PARQUET:
        return read_parquet(connection, path, table=table)
    raise UnreadableFile(f"{path}: the ending {path.suffix} is not known.")
