from benchmarks.quality_targets import DATA_SETS, LABELS, TARGETS, targets_of, unknown_sets


def test_aims_are_above_what_must_be() -> None:
    assert [target.name for target in TARGETS if not target.must < target.aim <= 1] == []


def test_names_of_rows_are_unique() -> None:
    assert len({target.name for target in TARGETS}) == len(TARGETS)


def test_one_row_is_measured_with_decisions_and_ten_without() -> None:
    assert sorted(target.labels for target in TARGETS) == [0] * 10 + [LABELS]


def test_a_set_can_fill_several_rows() -> None:
    assert [target.record_type for target in targets_of("crm_dev")] == ["person", "company"]


def test_names_that_are_no_set_are_found() -> None:
    assert unknown_sets([*DATA_SETS, "mars", "moon"]) == ["mars", "moon"]
