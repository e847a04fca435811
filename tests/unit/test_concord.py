import subprocess
import sys
from importlib.metadata import version

import pytest
import typer

import concord
from resolution.domain.errors import MappingError, RunError


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """A front door with one command that raises what it is told to."""
    door = typer.Typer()
    faults = {
        "input": MappingError("column `surname` is not in people.csv;\nname one of: id, name"),
        "run": RunError("the disk is full; free some space and run again"),
        "interrupt": KeyboardInterrupt(),
        "defect": ZeroDivisionError("a defect"),
    }

    @door.command()
    def fail(fault: str) -> None:
        raise faults[fault]

    monkeypatch.setattr(concord, "app", door)
    return door


@pytest.mark.parametrize(
    ("fault", "code", "line"),
    [
        ("input", 2, "concord: column `surname` is not in people.csv; name one of: id, name\n"),
        ("run", 1, "concord: the disk is full; free some space and run again\n"),
        ("interrupt", 130, ""),
    ],
)
@pytest.mark.usefixtures("failing")
def test_a_fault_is_one_line_and_an_exit_code(
    fault: str, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        concord.main([fault])

    assert exit_.value.code == code
    assert capsys.readouterr().err == line


@pytest.mark.usefixtures("failing")
def test_a_defect_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        concord.main(["defect"])


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        concord.main(["--version"])

    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"concord {version('concord')}\n"


def test_an_unknown_command_is_the_users_fault() -> None:
    with pytest.raises(SystemExit) as exit_:
        concord.main(["resolv"])

    assert exit_.value.code == 2


def test_it_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "concord", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603

    for name in ("resolve", "mapping", "explain", "evaluate", "export", "demo"):
        assert name in result.stdout


def test_help_comes_before_anything_heavy_is_loaded() -> None:
    heavy = ("duckdb", "numpy", "pandas", "pyarrow", "scipy", "splink")
    asked = f"import sys, concord; print([name for name in {heavy} if name in sys.modules])"

    command = [sys.executable, "-c", asked]
    said = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603

    assert said.stdout.strip() == "[]"
