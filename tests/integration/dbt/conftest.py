"""One small company in raw tables, built by dbt in process; what it holds is in `company.py`'s rows."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunner, dbtRunnerResult

from tests.fixtures.dbt_company import MEMBERS, ROWS, VALUES
from tests.fixtures.raw_warehouse import publish_membership, write_raw_warehouse

PROJECT = Path(__file__).parents[3] / "dbt"
AS_OF = "{as_of: 2024-06-30}"

Dbt = Callable[[Path, Sequence[str]], dbtRunnerResult]
Query = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dbt]:
    """Run a dbt command on a warehouse; the parsed project is shared by all runs."""
    folder = tmp_path_factory.mktemp("dbt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DO_NOT_TRACK", "1")

        def run(warehouse: Path, arguments: Sequence[str]) -> dbtRunnerResult:
            patch.setenv("CONCORD_WAREHOUSE", str(warehouse))
            places = {
                "--project-dir": PROJECT,
                "--profiles-dir": PROJECT,
                "--target-path": folder / "target",
                "--log-path": folder / "logs",
                "--log-level": "none",
            }
            flags = [part for name, place in places.items() for part in (name, str(place))]
            return dbtRunner().invoke([*arguments, *flags, "--vars", AS_OF])

        yield run


@pytest.fixture(scope="session")
def manifest(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The parsed project."""
    return dbt(tmp_path_factory.mktemp("parsed") / "warehouse.duckdb", ["parse"]).result


@pytest.fixture(scope="session")
def built(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dbtRunnerResult]]:
    """The warehouse of the small company after both builds, with publish between them, and their results."""
    warehouse = tmp_path_factory.mktemp("warehouse") / "warehouse.duckdb"
    write_raw_warehouse(warehouse, ROWS)
    before = dbt(warehouse, ["build", "--exclude", "tag:marts"])
    publish_membership(warehouse, MEMBERS, VALUES)
    return warehouse, [before, dbt(warehouse, ["build", "--select", "tag:marts"])]


@pytest.fixture(scope="session")
def query(built: tuple[Path, list[dbtRunnerResult]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    """Ask a copy of the built warehouse under another name, as analysts do."""
    copy = tmp_path_factory.mktemp("analyst") / "analyst.duckdb"
    copy.write_bytes(built[0].read_bytes())
    with duckdb.connect(str(copy), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()
