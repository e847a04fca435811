import io

from rich.console import Console

from pipelines.run import FailedCheck, RunReport
from pipelines.run_console import failed_checks_table


def test_a_run_whose_checks_all_passed_shows_no_table() -> None:
    assert failed_checks_table(RunReport("run")) is None


def test_errors_are_all_shown_and_before_warnings() -> None:
    warnings = [FailedCheck(f"staging/w{n}", "c", "warn", "some") for n in range(20)]
    report = RunReport(
        "run", failed_checks=[*warnings, FailedCheck("raw_crm/contacts", "up", "error", "[down]")]
    )
    console = Console(width=200, record=True, file=io.StringIO())

    console.print(failed_checks_table(report))

    text = console.export_text()
    assert text.index("raw_crm/contacts") < text.index("staging/w0")
    assert "[down]" in text
    assert "8 of 21" in text
