from pathlib import Path

import duckdb

from resolution.report.samples import CLUSTERS, MEMBERS, sample_clusters, side_by_side


def test_twenty_clusters_are_shown_with_the_reasons_they_were_chosen(synthetic_run: Path) -> None:
    with duckdb.connect(str(synthetic_run / "state.duckdb"), read_only=True) as connection:
        found = sample_clusters(connection)

    assert len(found) == len({sample.golden_id for sample in found}) == CLUSTERS
    assert found[0].members == max(sample.members for sample in found) == 13
    assert all(sample.members > 1 and len(sample.columns) <= MEMBERS for sample in found)
    reasons = " ".join(reason for sample in found for reason in sample.reasons)
    assert all(reason in reasons for reason in ("largest", "weakly held", "disagree", "ordinary"))


def test_a_value_that_differs_from_the_golden_one_is_marked_but_not_a_missing_one() -> None:
    claims = [{"phone": [("030 1", "301")]}, {"phone": [("+49 30 1", "301")]}, {"phone": [("9", "9")]}, {}]

    (row,) = side_by_side(claims, {"phone": [("030 1", "301")]})

    assert [cell.is_other for cell in row.cells] == [False, False, True, False]


def test_parts_are_left_out_where_the_whole_is_shown() -> None:
    rows = side_by_side([{"city": [("Paris", "paris")], "address": [("1 Rue, Paris", "1ruep")]}], {})

    assert [row.label for row in rows] == ["Address"]
