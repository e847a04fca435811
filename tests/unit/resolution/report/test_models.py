import json
from pathlib import Path

import duckdb
import pytest

from resolution.report.models import interval_view, model_view


def test_levels_are_placed_on_one_axis_and_counted(synthetic_run: Path) -> None:
    model = json.loads((synthetic_run / "model.json").read_text())
    with duckdb.connect(str(synthetic_run / "state.duckdb"), read_only=True) as connection:
        view = model_view(connection, "person", model["parties"]["person"], expected=None)
        row = connection.execute("select count(*) from links where party_type = 'person'").fetchone()

    levels = [level for comparison in view.comparisons for level in comparison.levels]
    assert all(0 <= level.left <= level.left + level.width <= 1 + 1e-9 for level in levels)
    assert all((level.left < view.zero - 1e-9) == (level.weight < 0) for level in levels)
    for comparison in view.comparisons:
        assert sum(level.seen_share for level in comparison.levels) == pytest.approx(1)
        compared = sum(level.seen for level in comparison.levels)
        assert row is not None
        assert compared == round(row[0] * (1 - comparison.missing_share))


def test_a_model_of_rules_alone_is_shown_without_comparisons(synthetic_run: Path) -> None:
    party = {
        "status": "rules_only", "status_reason": "too few pairs", "prior_weight": 0.0, "comparisons": [],
        "match_threshold": 0.9, "review_threshold": 0.5, "expected": None,
    }  # fmt: skip
    with duckdb.connect(str(synthetic_run / "state.duckdb"), read_only=True) as connection:
        view = model_view(connection, "person", party, expected=None)

    assert (view.status, view.comparisons, view.precision) == ("Rules only", (), None)


@pytest.mark.parametrize(("low", "axis"), [(0.95, 0.9), (0.9, 0.8), (0.43, 0.4), (1.0, 0.9), (0.0, 0.0)])
def test_an_interval_is_drawn_from_the_tenth_below_it(low: float, axis: float) -> None:
    view = interval_view({"value": 1.0, "low": low, "high": 1.0})

    assert view is not None
    assert view.axis == pytest.approx(axis)
    assert view.at(1.0) == 1
