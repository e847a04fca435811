import pytest
from finished_run import FinishedRun


@pytest.mark.parametrize(
    "words",
    ["crm", "erp", "itsm", "email", "golden records, person", "links, probabilistic", "pairs for review",
     "precision", "recall", "truth.csv", "quarantined", "publish/analyst_copy"],
)  # fmt: skip
def test_the_summary_names_what_came_in_what_was_found_and_how_good_it_is(
    words: str, finished: FinishedRun
) -> None:
    assert words in finished.printed


def test_what_it_names_is_there(finished: FinishedRun) -> None:
    for name in ("systems", "analyst.duckdb"):
        assert str(finished.home / name) in finished.printed
        assert (finished.home / name).exists()
