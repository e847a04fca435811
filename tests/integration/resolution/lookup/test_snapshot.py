"""Opening a snapshot: what it needs to be, and what is said when it is not."""

from pathlib import Path
from typing import Any

import pytest

from resolution.domain.errors import DamagedSnapshot, OutdatedSnapshot, SnapshotNotFound
from resolution.lookup.container import ContainerWriter, open_container
from resolution.lookup.snapshot import open_match_snapshot


@pytest.fixture
def container(held_out: Any) -> Any:
    return held_out.lookup._snapshot.container


def rewritten(container: Any, path: Path, *, without: str = "", **head: object) -> Path:
    """Write a container anew with another head, or without some sections."""
    with path.open("wb") as file:
        writer = ContainerWriter(file)
        for name in (n for n in container.sections if not without or not n.startswith(without)):
            with writer.section(name) as section:
                section.write(container.section(name))
        writer.finish({**container.head, **head})
    return path


def test_one_that_is_whole_is_opened(container: Any, tmp_path: Path) -> None:
    snapshot = open_match_snapshot(rewritten(container, tmp_path / "1.snapshot"))

    assert set(snapshot.parties) == {"person", "organization"}
    snapshot.check()


@pytest.mark.parametrize(
    "head",
    [{"format": 99}, {"duckdb": "0.9.0"}, {"model": {"format": 1}}],
    ids=["format", "engine", "model"],
)
def test_one_of_another_version_says_so(container: Any, tmp_path: Path, head: dict[str, Any]) -> None:
    path = rewritten(container, tmp_path / "1.snapshot", **head)

    with pytest.raises(OutdatedSnapshot, match="publish again"):
        open_match_snapshot(path)


@pytest.mark.parametrize("section", ["nicknames", "person/records", "organization/words", "person/freq"])
def test_one_that_lacks_a_section_is_damaged(container: Any, tmp_path: Path, section: str) -> None:
    path = rewritten(container, tmp_path / "1.snapshot", without=section)

    with pytest.raises(DamagedSnapshot, match="publish again"):
        open_match_snapshot(path)


def test_one_that_holds_fewer_records_than_it_says_is_damaged(container: Any, tmp_path: Path) -> None:
    parties = {
        name: {**said, "records": said["records"] + 1} for name, said in container.head["parties"].items()
    }

    with pytest.raises(DamagedSnapshot):
        open_match_snapshot(rewritten(container, tmp_path / "1.snapshot", parties=parties))


def test_none_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SnapshotNotFound):
        open_match_snapshot(tmp_path / "7.snapshot")


def test_the_sections_hold_what_the_docstring_of_the_writer_names(container: Any) -> None:
    kinds = {"/".join(name.split("/")[1:2]) for name in open_container(container.path).sections}

    assert {"records", "keys", "numbers", "frequencies", "words", "links"} <= kinds
