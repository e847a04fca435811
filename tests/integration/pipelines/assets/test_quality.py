from collections.abc import Callable
from pathlib import Path

from finished_run import FinishedRun

Query = Callable[[Path, str], list[tuple[object, ...]]]


def test_every_object_has_a_proof_and_an_age(finished: FinishedRun, query: Query) -> None:
    objects = query(finished.home, "select distinct source, object from sync.loads order by all")

    for table in ("sync_completeness", "source_freshness"):
        assert query(finished.home, f"select source, object from quality.{table} order by all") == objects


def test_quality_is_measured_against_the_truth(finished: FinishedRun, query: Query) -> None:
    rows = query(
        finished.home,
        "select measure, value from quality.resolution_quality where measured_against = 'truth.csv'",
    )
    measured = {measure: value for measure, value in rows}

    assert set(measured) == {"pair_precision", "pair_recall", "pair_f1"}
    assert all(0.5 < float(str(value)) <= 1 for value in measured.values())
