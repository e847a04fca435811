from pathlib import Path

import pytest

from resolution.copying import copied_beside


@pytest.mark.parametrize("size", [0, 1, 3 * 2**20 + 7])
def test_a_copy_is_whole_once_it_was_waited_for(tmp_path: Path, size: int) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(251)) * (size // 251) + b"x" * (size % 251))

    with copied_beside(source, target) as wait:
        wait()
        found = target.read_bytes()

    assert len(found) == size
    assert found == source.read_bytes()


def test_what_stops_a_copy_is_told_to_the_one_who_waits(tmp_path: Path) -> None:
    with copied_beside(tmp_path / "missing", tmp_path / "target") as wait, pytest.raises(FileNotFoundError):
        wait()
