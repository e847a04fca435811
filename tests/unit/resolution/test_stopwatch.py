import pytest

from resolution.stopwatch import Stopwatch


def test_steps_are_measured_in_their_order() -> None:
    watch = Stopwatch()

    with watch.step("read"), watch.step("inner"):
        pass

    assert [step["step"] for step in watch.steps] == ["inner", "read"]
    assert all(float(str(step["seconds"])) >= 0 and int(str(step["peak_mb"])) > 1 for step in watch.steps)


def test_a_failed_step_is_not_counted() -> None:
    watch = Stopwatch()

    with pytest.raises(ValueError, match="no"), watch.step("read"):
        raise ValueError("no")

    assert watch.steps == []


def test_the_bar_is_shown_on_stderr_only_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Stopwatch(total=1)

    with watch.running(is_shown=True), watch.step("read"):
        pass
    with watch.running(is_shown=False), watch.step("score"):
        pass

    shown = capsys.readouterr()
    assert shown.out == ""
    assert "score" not in shown.err
