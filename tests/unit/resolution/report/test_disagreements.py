import json
from pathlib import Path

import duckdb
import pytest

from resolution.report.disagreements import contributions, review_pairs, widest_conflicts


def test_contributions_of_a_review_pair_add_up_to_its_weight(synthetic_run: Path) -> None:
    model = json.loads((synthetic_run / "model.json").read_text())
    with duckdb.connect(str(synthetic_run / "state.duckdb"), read_only=True) as connection:
        pairs = review_pairs(connection, model)

    assert pairs
    for pair in pairs:
        assert sum(part.weight for part in pair.contributions) == pytest.approx(pair.weight, abs=0.05)
        assert all(0 <= part.left <= part.left + part.width <= 1 + 1e-9 for part in pair.contributions)


def test_a_comparison_that_could_not_be_made_contributes_nothing() -> None:
    party = {
        "prior_weight": -5.0,
        "comparisons": [{"name": "phone", "label": "Phone", "levels": [{"level": 1, "label": "same"}]}],
    }

    parts = contributions({"level_phone": -1, "weight_phone": 0.0}, party)

    assert [(part.label, part.weight) for part in parts] == [("Before looking", -5.0)]


def test_the_widest_conflicts_come_first_one_for_each_golden_record(synthetic_run: Path) -> None:
    with duckdb.connect(str(synthetic_run / "state.duckdb"), read_only=True) as connection:
        found = widest_conflicts(connection)

    widths = [conflict.distinct for conflict in found]
    assert widths == sorted(widths, reverse=True)
    assert len({conflict.golden_id for conflict in found}) == len(found)
    assert all(sum(value.is_golden for value in conflict.values) == 1 for conflict in found)
