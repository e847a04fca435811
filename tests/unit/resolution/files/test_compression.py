import gzip
from pathlib import Path

import pytest

from resolution.domain.errors import UnreadableFile
from resolution.files import compression
from resolution.files.compression import is_packed, unpack, unpacked_name


def test_names_tell_what_is_packed() -> None:
    assert is_packed(Path("a.csv.GZ"))
    assert not is_packed(Path("a.csv"))
    assert [unpacked_name(Path(name)) for name in ("x/a.csv.gz", "x/a.csv")] == ["a.csv", "a.csv"]


def test_what_was_packed_is_written_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "_CHUNK", 7)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id,name\n1,Ann\n") + gzip.compress(b"2,Bo\n"))

    unpack(tmp_path / "a.csv.gz", tmp_path / "a.csv")

    assert (tmp_path / "a.csv").read_bytes() == b"id,name\n1,Ann\n2,Bo\n"


def test_a_file_that_unpacks_to_far_too_much_is_refused_before_it_fills_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compression, "_ALWAYS_ALLOWED", 1 << 20)
    bomb = tmp_path / "a.csv.gz"
    bomb.write_bytes(gzip.compress(bytes(16 << 20)))

    with pytest.raises(UnreadableFile, match="too much for its size"):
        unpack(bomb, tmp_path / "a.csv")

    assert (tmp_path / "a.csv").stat().st_size <= 100 * bomb.stat().st_size


@pytest.mark.parametrize(
    "content", [gzip.compress(b"id,name\n" * 99)[:-9], b"\x1f\x8b no gzip at all"], ids=["cut", "damaged"]
)
def test_a_damaged_file_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv.gz").write_bytes(content)

    with pytest.raises(UnreadableFile, match="damaged or cut off"):
        unpack(tmp_path / "a.csv.gz", tmp_path / "a.csv")
