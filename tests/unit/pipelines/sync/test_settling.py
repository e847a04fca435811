import duckdb
import pytest
from fake_source import NOON, people

from pipelines.errors import TransientFault
from pipelines.sync.contract import agree
from pipelines.sync.reading import Reading
from pipelines.sync.settling import ObjectResult, settle
from pipelines.sync.tables import Load

CONTRACT, _ = agree(people(), {})


@pytest.mark.parametrize(
    ("error", "rows", "status"),
    [(None, 0, "complete"), (TransientFault("down"), 0, "failed"), (TransientFault("down"), 7, "partial")],
)
def test_the_status_says_how_far_an_object_got(
    error: TransientFault | None, rows: int, status: str, warehouse: duckdb.DuckDBPyConnection
) -> None:
    reading = Reading(CONTRACT, {"after": 1}, rows=rows, error=error)

    result = settle(warehouse, Load("L", "shop", NOON), reading=reading, landed=None, now=NOON)

    noted = warehouse.execute("select status, error, rows_read from sync.loads").fetchone()
    assert result.status == status
    assert noted == (status, None if error is None else "transient: down", rows)


def test_two_loads_of_one_run_add_up() -> None:
    first, second = (ObjectResult("shop", "people", "complete", 5, 4, 1, 0, share) for share in (0.5, 1.0))

    both = second.after(first)

    assert (both.rows_read, both.upserted, both.deleted, both.proven_share) == (10, 8, 2, 1.0)
