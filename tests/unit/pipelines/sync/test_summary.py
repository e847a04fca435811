from rich.console import Console

from pipelines.sync.settling import ObjectResult
from pipelines.sync.summary import failure_lines, summary_table

RESULTS = [
    ObjectResult("crm", "people", "complete", 1200, 7, 1, 2, 0.9999, "observed", seconds=1.25),
    ObjectResult("erp", "orders", "failed", error="transient: locked"),
    ObjectResult("erp", "lines", "failed", error="transient: locked"),
]


def test_nearly_all_is_not_shown_as_all() -> None:
    console = Console(width=160, record=True)
    console.print(summary_table(RESULTS))

    text = console.export_text()
    assert "99.9%" in text
    assert "1,200" in text


def test_a_cause_is_told_once_with_what_it_stopped() -> None:
    assert failure_lines(RESULTS) == ["erp (orders, lines): transient: locked"]
