"""One small company in raw tables, built by dbt in process; what it holds is in `company.py`'s rows."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt_company import MEMBERS, ROWS, VALUES
from raw_warehouse import publish_membership, write_raw_warehouse

PROJECT = Path(__file__).parents[3] / "dbt"
AS_OF = "{as_of: 2024-06-30}"

Dbt = Callable[[Path, Sequence[str]], Any]
Query = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Flags that keep what dbt writes out of the project."""
    folder = tmp_path_factory.mktemp("dbt")
    places = {"project-dir": PROJECT, "profiles-dir": PROJECT, "target-path": folder, "log-path": folder}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DO_NOT_TRACK", "1")
        patch.setenv("CONCORD_WAREHOUSE", str(folder / "warehouse.duckdb"))
        yield [part for name, place in places.items() for part in (f"--{name}", str(place))]


@pytest.fixture(scope="session")
def manifest(folders: list[str]) -> Manifest:
    """The project, parsed once for all runs."""
    parsed = dbtRunner().invoke(["parse", *folders, "--log-level", "none", "--vars", AS_OF])
    assert isinstance(parsed.result, Manifest), parsed.exception
    return parsed.result


@pytest.fixture(scope="session")
def dbt(manifest: Manifest, folders: list[str]) -> Dbt:
    """Run a dbt command on a warehouse."""

    def run(warehouse: Path, arguments: Sequence[str]) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CONCORD_WAREHOUSE", str(warehouse))
            runner = dbtRunner(manifest=manifest)
            try:
                return runner.invoke([*arguments, *folders, "--log-level", "none", "--vars", AS_OF])
            finally:
                DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]

    return run


@pytest.fixture(scope="session")
def built(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """The warehouse of the small company after both builds, with publish between them, and their results."""
    warehouse = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
    write_raw_warehouse(warehouse, ROWS)
    before = dbt(warehouse, ["build", "--exclude", "tag:marts"])
    publish_membership(warehouse, MEMBERS, VALUES)
    return warehouse, [before, dbt(warehouse, ["build", "--select", "tag:marts"])]


@pytest.fixture(scope="session")
def query(built: tuple[Path, list[Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    """Ask a copy of the built warehouse under another name, as analysts do."""
    copy = tmp_path_factory.mktemp("analyst") / "analyst.duckdb"
    copy.write_bytes(built[0].read_bytes())
    with duckdb.connect(str(copy), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()
