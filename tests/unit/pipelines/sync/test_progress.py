import io

from rich.console import Console

from pipelines.sync.progress import listener, listening, shown, tell_nobody


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def on(*, terminal: bool) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, force_terminal=terminal, width=100, color_system=None), out


def test_a_bar_appears_when_two_seconds_are_over() -> None:
    (console, out), clock = on(terminal=True), Clock()

    with shown(console, clock=clock) as progress:
        progress.rows("crm", "notes", 1_000, 4_000)
        clock.now = 1.0
        progress.rows("crm", "notes", 2_000, 4_000)
        progress._progress.refresh()  # type: ignore[union-attr]  # on a terminal
        early = out.getvalue()
        clock.now = 3.0
        progress._progress.refresh()  # type: ignore[union-attr]

    assert "crm.notes" not in early
    assert "2,000 of 4,000 rows" in out.getvalue()


def test_a_step_shows_how_long_it_takes_and_leaves_nothing() -> None:
    (console, out), clock = on(terminal=True), Clock()

    with shown(console, clock=clock) as progress:
        progress.step("resolution/links")
        clock.now = 75.0
        progress._progress.refresh()  # type: ignore[union-attr]
        told = out.getvalue()
        progress.step(None)
        tasks = progress._progress.tasks  # type: ignore[union-attr]

    assert "resolution/links" in told
    assert "0:01:15" in told
    assert tasks == []


def test_lines_are_written_now_and_then_where_there_is_no_terminal() -> None:
    (console, out), clock = on(terminal=False), Clock()

    with shown(console, clock=clock) as progress:
        progress.step("sync")
        for second in range(14):
            clock.now = float(second)
            progress.rows("crm", "notes", second * 10, None)
        progress.rows("erp", "orders", 5, 9)

    assert out.getvalue().splitlines() == ["crm.notes: 20 rows", "crm.notes: 120 rows"]


def test_who_listens_hears_what_goes_on_inside() -> None:
    heard = []

    with listening(lambda *report: heard.append(report)):
        listener()("crm", "notes", 1, None)

    assert heard == [("crm", "notes", 1, None)]
    assert listener() is tell_nobody
