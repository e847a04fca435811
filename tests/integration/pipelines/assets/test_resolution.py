from collections.abc import Callable
from pathlib import Path

from finished_run import FinishedRun

Query = Callable[[Path, str], list[tuple[object, ...]]]


def test_every_live_record_is_in_one_golden_record(finished: FinishedRun, query: Query) -> None:
    live = "select count(*) from resolution.party_records where not coalesce(is_deleted, false)"
    placed = "select count(*), count(distinct record_id) from resolution.membership"

    (count,) = query(finished.home, live)[0]

    assert query(finished.home, placed) == [(count, count)]


def test_the_model_of_the_first_run_is_promoted(finished: FinishedRun) -> None:
    assert (finished.home / "model.json").is_file()
