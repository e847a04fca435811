import io

from rich.console import Console

from pipelines.run import FailedCheck, RunReport
from pipelines.run_console import error_lines, failed_checks_table


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


def test_only_failed_checks_of_severity_error_are_told_as_what_does_not_hold() -> None:
    warning = FailedCheck("staging/w", "c", "warn", "some")
    error = FailedCheck("raw_crm/contacts", "answered", "error", "transient: down")

    assert error_lines(RunReport("run", failed_checks=[warning])) == []
    head, line = error_lines(RunReport("run", failed_checks=[warning, error]))
    assert "published" in head
    assert line == "raw_crm/contacts, answered: transient: down"
