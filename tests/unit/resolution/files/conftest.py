from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest

from resolution.files.reading import read_files
from resolution.files.tables import RawTable

Read = Callable[[dict[str, Sequence[object]]], RawTable]


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.fixture
def read_table(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> Read:
    """Write columns as a Parquet file of the name `people.parquet` and read it."""

    def read(columns: dict[str, Sequence[object]]) -> RawTable:
        pyarrow = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        # A folder of its own: DuckDB remembers what a file of one name held.
        path = tmp_path / str(len(list(tmp_path.iterdir()))) / "people.parquet"
        path.parent.mkdir()
        parquet.write_table(pyarrow.table({name: list(cells) for name, cells in columns.items()}), path)
        [table] = read_files(connection, [path])
        return table

    return read
