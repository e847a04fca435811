import pytest
from rich.console import Console

from benchmarks.speed_figures import Speed, spent_table, verdict_table, verdicts

SPEED = Speed(
    records=119_151,
    steps={"read": 2.0, "score": 20.0},
    whole=30.0,
    peak_mb=5000.0,
    plain={"train": 4.0, "score": 5.0, "cluster": 1.0},
    plain_peak_mb=900.0,
    scoring={"block": 1.0, "score": 4.5},
    cpu={"whole": 40.0, "plain": 16.0, "plain scoring": 8.0, "scoring": 8.8, "update": 2.0},
    update=2.4,
    changes=15_000,
)


def shown(*parts: object) -> str:
    console = Console(width=120)
    with console.capture() as capture:
        console.print(*parts)
    return capture.get()


def test_ratios_by_hand() -> None:
    assert SPEED.plain_total == pytest.approx(10.0)
    assert SPEED.whole_ratio == pytest.approx(3.0)
    assert SPEED.scoring_ratio == pytest.approx(1.1)
    assert SPEED.update_ratio == pytest.approx(0.08)
    assert SPEED.cpu_ratio("whole") == pytest.approx(2.5)
    assert SPEED.cpu_ratio("scoring") == pytest.approx(1.1)
    assert SPEED.cpu_ratio("update") == pytest.approx(0.05)


def test_every_judged_figure_has_its_verdict() -> None:
    assert [verdict.is_reached for verdict in verdicts(SPEED)] == [True, True, False, True]


def test_without_an_update_none_is_judged() -> None:
    without = Speed(1, {}, 30.0, 1.0, SPEED.plain, 1.0, SPEED.scoring, SPEED.cpu)

    assert without.update_ratio is None
    assert len(verdicts(without)) == 3


def test_the_tables_show_both_sides_and_the_marks() -> None:
    text = shown(spent_table(SPEED), verdict_table(SPEED))

    assert "Seconds on 119,151 records" in text
    assert "plain Splink script" in text
    assert "3.00 times" in text
    assert "5,000 MB" in text
    assert (text.count("✓"), text.count("✗")) == (3, 1)
