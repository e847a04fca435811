from datetime import UTC, datetime, timedelta

from rich.console import Console

from context_api.showing import Shown, as_tables
from context_api.store.views import FreshnessView, GoldenView, StatedValue

NOW = datetime(2026, 1, 10, tzinfo=UTC)


def test_erased_values_are_shown_as_erased_and_source_text_is_no_markup() -> None:
    values = tuple(
        StatedValue(attribute, 0, value, "crm:c:1", "crm", NOW - age, None, "union", 1, 1, 0.75)
        for attribute, value, age in (
            ("full_name", "[bold]Ann[/bold]", timedelta(hours=5)),
            ("email", None, timedelta(days=9)),
        )
    )
    party = GoldenView("g-1", 3, 7, "person", ("crm:c:1",), values, ())
    console = Console(width=140)
    with console.capture() as captured:
        for part in as_tables(Shown(party, NOW, (), (), (), ()), now=NOW):
            console.print(part)

    assert "[bold]Ann[/bold]" in captured.get()
    assert "erased" in captured.get()
    assert "5 h" in captured.get()
    assert "9 d" in captured.get()
    assert "Conflicts" not in captured.get()


def test_what_is_not_all_proven_is_not_shown_as_all() -> None:
    fresh = FreshnessView("crm", "deals", NOW, "complete", None, 565 / 566, "observed", NOW)
    party = GoldenView("g-1", 3, 7, "person", ("crm:c:1",), (), ())
    console = Console(width=140)
    with console.capture() as captured:
        for part in as_tables(Shown(party, NOW, (), (), (), (fresh,)), now=NOW):
            console.print(part)

    assert "99.8%" in captured.get()
