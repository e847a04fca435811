from rich.console import Console

from pipelines.run import FailedCheck, RunReport
from pipelines.run_console import SHOWN_WARNINGS, failed_checks_table


def report(errors: int, warnings: int) -> RunReport:
    """A run in which so many checks failed, warnings told first."""
    checks = [FailedCheck("a/warned", f"warning_{n}", "warn", "late") for n in range(warnings)]
    checks += [FailedCheck("z/failed", f"error_{n}", "error", "3 rows [none] of it") for n in range(errors)]
    return RunReport("run", failed_checks=checks)


def said(errors: int, warnings: int) -> str:
    console = Console(width=120)
    table = failed_checks_table(report(errors, warnings))
    assert table is not None
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def test_a_run_whose_checks_all_passed_has_no_table() -> None:
    assert failed_checks_table(RunReport("run")) is None


def test_errors_stand_before_warnings_and_what_they_found_is_no_markup() -> None:
    text = said(errors=1, warnings=1)

    assert text.index("error_0") < text.index("warning_0")
    assert "3 rows [none] of it" in text


def test_every_error_is_shown_and_warnings_fill_up_what_is_left() -> None:
    many = said(errors=SHOWN_WARNINGS + 2, warnings=5)
    few = said(errors=1, warnings=SHOWN_WARNINGS + 2)

    assert many.count("error_") == SHOWN_WARNINGS + 2
    assert "warning_" not in many
    assert few.count("warning_") == SHOWN_WARNINGS - 1
    assert f"({SHOWN_WARNINGS} of {SHOWN_WARNINGS + 3};" in few
