import errno
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from resolution.domain.errors import InputError, RunError, RunNotFound
from resolution.run_folder import PUBLIC, current_run, has_run, new_run


def make(folder: Path, text: str, *, names: tuple[str, ...] = ("run.json", "clusters.csv")) -> None:
    with new_run(folder) as draft:
        for name in names:
            (draft / name).write_text(text, encoding="utf-8")


def interrupted(folder: Path) -> None:
    with new_run(folder) as draft:
        (draft / "run.json").write_text("half", encoding="utf-8")
        raise KeyboardInterrupt


def test_a_finished_run_is_there_under_fixed_names(tmp_path: Path) -> None:
    make(tmp_path, "one")
    make(tmp_path, "two")

    assert (tmp_path / "clusters.csv").read_text(encoding="utf-8") == "two"
    assert [path.name for path in (tmp_path / "runs").iterdir() if path.is_dir()] == [
        current_run(tmp_path).name
    ]


def test_a_file_that_the_new_run_lacks_is_gone(tmp_path: Path) -> None:
    make(tmp_path, "one")
    make(tmp_path, "two", names=("run.json",))

    assert not os.path.lexists(tmp_path / "clusters.csv")


def test_a_failed_run_leaves_the_one_before(tmp_path: Path) -> None:
    make(tmp_path, "one")

    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path)

    assert (tmp_path / "run.json").read_text(encoding="utf-8") == "one"
    assert not list((tmp_path / "runs").glob(".next-*"))


@pytest.mark.parametrize("name", ["rename", "replace", "symlink_to", "unlink"])
def test_whatever_step_of_publishing_dies_the_folder_is_whole(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dies at each call of a file operation in turn, as a killed command would."""
    made = 0
    for allowed in range(2 * len(PUBLIC) + 4):
        folder = tmp_path / f"{allowed}"
        make(folder, "one")
        with monkeypatch.context() as patched:
            patched.setattr(Path, name, dying_after(allowed, getattr(Path, name)))
            try:
                make(folder, "two", names=("run.json", "clusters.csv", "report.html"))
            except SystemError:
                pass
            else:
                made += 1

        texts = {(folder / file).read_text(encoding="utf-8") for file in ("run.json", "clusters.csv")}
        assert texts in ({"one"}, {"two"})
        make(folder, "three")
        assert (folder / "run.json").read_text(encoding="utf-8") == "three"
        assert len([path for path in (folder / "runs").iterdir() if path.is_dir()]) == 1
        assert not list(folder.glob(".next-*"))
    assert made  # otherwise nothing was tried to the end


def dying_after(allowed: int, operation: Callable[..., object]) -> Callable[..., object]:
    calls = iter(range(allowed))

    def operate(*arguments: object, **named: object) -> object:
        if next(calls, None) is None:
            raise SystemError("killed")
        return operation(*arguments, **named)

    return operate


def test_left_overs_of_a_killed_command_are_removed(tmp_path: Path) -> None:
    make(tmp_path, "one")
    (tmp_path / "runs" / ".next-4711").mkdir()
    (tmp_path / "runs" / ".next-4711" / "work.duckdb").write_text("half", encoding="utf-8")
    (tmp_path / ".next-clusters.csv").symlink_to("nowhere")

    make(tmp_path, "two")

    assert {path.name for path in (tmp_path / "runs").iterdir()} == {".lock", current_run(tmp_path).name}
    assert not os.path.lexists(tmp_path / ".next-clusters.csv")


def test_two_commands_at_once_are_refused(tmp_path: Path) -> None:
    with new_run(tmp_path) as draft:
        (draft / "run.json").write_text("first", encoding="utf-8")
        with pytest.raises(InputError, match="another command is at work"):
            make(tmp_path, "second")

    assert (tmp_path / "run.json").read_text(encoding="utf-8") == "first"


def test_a_folder_without_a_run_says_how_to_make_one(tmp_path: Path) -> None:
    assert not has_run(tmp_path)
    with pytest.raises(RunNotFound, match="concord resolve"):
        current_run(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")

    with pytest.raises(InputError, match="cannot be the folder of a run"):
        make(tmp_path / "out", "one")

    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["clusters.csv", "current"])
def test_files_that_no_run_made_are_not_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")

    with pytest.raises(InputError, match=f"that a run would replace \\({name}\\); move them"):
        make(tmp_path, "one")

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"


def test_a_mapping_that_was_put_into_the_folder_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "mapping.yml").write_text("mine", encoding="utf-8")

    make(tmp_path, "one")

    assert has_run(tmp_path)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        duckdb.IOException(f'Could not write file "state.duckdb": {os.strerror(errno.ENOSPC)}'),
    ],
)
def test_a_full_disk_is_told_and_leaves_the_run_before(tmp_path: Path, error: Exception) -> None:
    make(tmp_path, "one")

    with pytest.raises(RunError, match="no space is left"), new_run(tmp_path):
        raise error

    assert (tmp_path / "run.json").read_text(encoding="utf-8") == "one"
    assert not list((tmp_path / "runs").glob(".next-*"))
