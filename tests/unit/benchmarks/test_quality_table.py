import json
from dataclasses import replace

from rich.console import Console

from benchmarks.quality_measures import Measured
from benchmarks.quality_table import quality_table, summary, tick, to_json
from benchmarks.quality_targets import Target

ROW = Measured(
    target=Target("set one", "set", 0.9, 0.97, ".926 / .883"),
    mapping="inferred",
    f1=0.938,
    precision=0.95,
    recall=0.927,
    b3_f1=1.0,
    expected_precision=0.91,
    calibration=0.061,
    calibration_pairs=120,
    calibration_by_chance=0.021,
    seconds=12.34,
    peak_mb=345.6,
)


def shown(*rows: Measured, failures: dict[str, str] | None = None) -> str:
    console = Console(width=190, record=True, file=None, quiet=True)
    with console.capture() as capture:
        console.quiet = False
        console.print(quality_table(rows, failures or {}))
    return capture.get()


def test_a_row_shows_every_figure_and_its_marks() -> None:
    cells = [cell.strip() for cell in shown(ROW).splitlines()[4].strip("│").split("│")]

    assert cells[:6] == ["set one", "inferred", ".900", ".970", ".926 / .883", ".938"]
    assert cells[6].split() == ["✓", "✗"]
    assert cells[7:10] == [".950", ".927", "1.000"]
    assert cells[10:] == [".910 ✓", ".061, .021 (120) ✗", "12.3", "346"]


def test_what_was_not_stated_is_neither_right_nor_wrong() -> None:
    silent = replace(ROW, expected_precision=None, calibration=None, calibration_pairs=0)

    assert "- ·" in shown(silent)
    assert tick(silent.is_expectation_right).plain == "·"


def test_a_failed_set_is_shown() -> None:
    assert "failed" in shown(ROW, failures={"set two": "no such file"})


def test_the_summary_counts_sets_without_decisions() -> None:
    far = replace(ROW, expected_precision=0.5)
    silent = replace(ROW, expected_precision=None, calibration=0.01)
    aided = replace(ROW, target=replace(ROW.target, name="aided", labels=300), f1=0.98, f1_of_undecided=0.97)

    lines = summary([ROW, far, silent, aided])

    assert lines[0] == "must reached by 4 of 4, aim by 1"
    assert lines[1].startswith("expected precision stated on 2 of 3 sets")
    assert lines[1].endswith("on 1")
    assert "on 1 of 3 sets" in lines[2]
    assert lines[3] == "aided: F1 .970 on the pairs that nobody decided"


def test_json_holds_figures_and_verdicts() -> None:
    document = json.loads(json.dumps(to_json([ROW], {"set two": "broken"})))

    row = document["rows"][0]
    assert (row["f1"], row["reaches_must"], row["reaches_aim"]) == (0.938, True, False)
    assert (row["is_expectation_right"], row["is_calibrated"]) == (True, False)
    assert document["failures"] == {"set two": "broken"}
