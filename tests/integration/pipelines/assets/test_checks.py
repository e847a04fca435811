from pathlib import Path

import dagster as dg
import pytest

from pipelines.assets.checks import completeness, freshness, precision_and_recall
from pipelines.assets.home import HomeFolder
from pipelines.warehouse import connect


def judged(check: dg.AssetChecksDefinition, home: Path) -> dg.AssetCheckResult:
    result = check(HomeFolder(path=str(home)))
    assert isinstance(result, dg.AssetCheckResult)
    return result


def test_without_truth_and_decisions_nothing_is_measured_and_nothing_fails(copied: Path) -> None:
    (copied / "truth.csv").unlink()

    result = judged(precision_and_recall, copied)

    assert result.passed
    assert result.description == "no truth and no decisions to measure against"


def test_truth_is_measured_where_there_is_any(copied: Path) -> None:
    assert "against truth.csv" in str(judged(precision_and_recall, copied).description)


@pytest.mark.parametrize(
    ("check", "fault", "words"),
    [
        pytest.param(
            freshness,
            "update quality.source_freshness set synced_at = null, last_error = 'down'",
            "down",
            id="stale",
        ),
        pytest.param(
            completeness,
            "update quality.sync_completeness set proven_share = 0.9999",
            "99.9%",
            id="not-proven-whole",
        ),
    ],
)
def test_what_is_stale_or_not_proven_is_named(
    check: dg.AssetChecksDefinition, fault: str, words: str, copied: Path
) -> None:
    with connect(copied) as connection:
        connection.execute(fault)

    result = judged(check, copied)

    assert not result.passed
    assert words in str(result.description)
