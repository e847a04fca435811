from rich.console import Console

from pipelines.sync.contract import SchemaEvent
from pipelines.sync.settling import ObjectResult
from pipelines.sync.summary import drift_lines, failure_lines, summary_table

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


def test_what_a_source_changed_of_its_columns_is_told() -> None:
    events = (
        SchemaEvent("city", "added", None, "text"),
        SchemaEvent("fax", "lost", "text", None),
        SchemaEvent("age", "retyped", "bigint", "text"),
    )
    result = ObjectResult("crm", "people", "complete", drift=events)

    assert drift_lines([*RESULTS, result]) == [
        "crm.people: the column city (text) is new and was taken in",
        "crm.people: the column fax (text) is gone; its rows wait in quarantine until it is declared under"
        " `without`",
        "crm.people: the column age is text now, was bigint; values that do not fit wait in quarantine",
    ]
