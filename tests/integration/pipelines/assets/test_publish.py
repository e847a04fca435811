from collections.abc import Callable
from pathlib import Path

import dagster as dg
import duckdb
from finished_run import FinishedRun

from pipelines.assets.home import HomeFolder
from pipelines.assets.publish import published_version

Query = Callable[[Path, str], list[tuple[object, ...]]]


def test_analysts_read_every_mart_in_their_copy(finished: FinishedRun) -> None:
    with duckdb.connect(str(finished.home / "analyst.duckdb"), read_only=True) as copy:
        (customers,) = copy.execute("select count(*) from marts.customers").fetchone() or (0,)
        (staged,) = copy.execute("select count(*) from staging.stg_crm__contacts").fetchone() or (0,)

    assert customers > 0
    assert staged > 0


def test_a_publish_that_was_cut_off_before_it_could_say_so_is_repeated(copied: Path, query: Query) -> None:
    resources = {"home": HomeFolder(path=str(copied))}
    members = "select record_id, golden_id from resolution.golden_membership order by all"
    before = query(copied, members)

    # The store is one version ahead of what the warehouse was settled on, as after such a cut.
    assert dg.materialize([published_version], resources=resources).success

    assert query(copied, members) == before


def test_the_warehouse_is_its_owners_alone_and_the_copy_its_groups(finished: FinishedRun) -> None:
    modes = {
        name: (finished.home / name).stat().st_mode & 0o777 for name in ("warehouse.duckdb", "analyst.duckdb")
    }

    assert modes == {"warehouse.duckdb": 0o600, "analyst.duckdb": 0o640}
