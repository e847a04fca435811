import os
from pathlib import Path

import pytest

from pipelines.vectors.folder_files import BLOCK, checksums, copy_sparse


@pytest.mark.parametrize(
    ("parts", "size"),
    [
        pytest.param({}, 0, id="empty"),
        pytest.param({}, 1 << 20, id="all-hole"),
        pytest.param({0: b"start"}, 1 << 22, id="hole-at-the-end"),
        pytest.param({1 << 21: b"middle", (1 << 22) - 3: b"end"}, 1 << 22, id="holes-before"),
    ],
)
def test_a_copy_has_the_same_content_and_no_more_on_disk(
    tmp_path: Path, parts: dict[int, bytes], size: int
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    with source.open("wb") as file:
        file.truncate(size)
        for position, content in parts.items():
            file.seek(position)
            file.write(content)

    copy_sparse(os.fspath(source), os.fspath(target))

    assert target.read_bytes() == source.read_bytes()
    assert target.stat().st_blocks * 512 <= source.stat().st_blocks * 512 + len(parts) * BLOCK


def test_a_checksum_changes_with_content_and_length(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / "file"
    seen = []
    for content in (b"a", b"b", b"a\0", b""):
        file.write_bytes(content)
        seen.append(checksums(tmp_path))

    assert [list(found) for found in seen] == [["in/file"]] * 4
    assert len({found["in/file"] for found in seen}) == 4
