from pathlib import Path

from benchmarks.publish_sides import time_plain, time_publishes
from benchmarks.settled_company import make_company
from pipelines.publish import STEPS


def test_what_is_timed_is_published_and_the_plain_side_writes_as_many_rows(tmp_path: Path) -> None:
    make_company(tmp_path / "company.duckdb", 120)

    timed = time_publishes(tmp_path, "sqlite")["timed"]
    plain = time_plain(tmp_path, "sqlite")["timed"]

    assert set(timed["first"]["steps"]) == set(STEPS)
    assert timed["no change"]["rows"] == timed["no change again"]["rows"] == 0
    assert timed["first"]["rows"] <= plain["rows"] <= timed["first"]["rows"] + 50
