"""One file of sections: what was written is read back, and nothing else is taken for it."""

from pathlib import Path

import pytest

from resolution.domain.errors import DamagedSnapshot, SnapshotNotFound
from resolution.lookup.container import ALIGNMENT, ContainerWriter, open_container


@pytest.fixture
def container(tmp_path: Path) -> Path:
    path = tmp_path / "1.snapshot"
    with path.open("wb") as file:
        writer = ContainerWriter(file)
        with writer.section("one") as section:
            section.write(b"abc")
            section.write(memoryview(b"def"))
        with writer.section("two/empty"):
            pass
        with writer.section("three") as section:
            section.write(bytes(range(256)) * 100)
        writer.finish({"format": 1})
    return path


def test_sections_come_back_aligned(container: Path) -> None:
    opened = open_container(container)

    assert opened.head == {"format": 1}
    assert opened.section("one").to_pybytes() == b"abcdef"
    assert opened.section("two/empty").size == 0
    assert opened.section("three").to_pybytes() == bytes(range(256)) * 100
    assert all(offset % ALIGNMENT == 0 for offset, *_ in opened.sections.values())
    opened.check()


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SnapshotNotFound, match="publish"):
        open_container(tmp_path / "2.snapshot")


@pytest.mark.parametrize("kept", [0, 5, 40, 200, -1])
def test_a_file_cut_short_is_refused(container: Path, kept: int) -> None:
    container.write_bytes(container.read_bytes()[:kept])

    with pytest.raises(DamagedSnapshot):
        open_container(container)


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "1.snapshot"
    path.write_bytes(b"SQLite format 3\0" * 100)

    with pytest.raises(DamagedSnapshot, match="no match snapshot"):
        open_container(path)


def test_a_changed_byte_is_found_by_the_check_and_named_by_its_section(container: Path) -> None:
    offset, *_ = open_container(container).sections["three"]
    content = bytearray(container.read_bytes())
    content[offset + 1000] ^= 1
    container.write_bytes(content)

    with pytest.raises(DamagedSnapshot, match="three"):
        open_container(container).check()


def test_a_changed_directory_is_refused(container: Path) -> None:
    content = bytearray(container.read_bytes())
    content[-40] ^= 1
    container.write_bytes(content)

    with pytest.raises(DamagedSnapshot):
        open_container(container)
