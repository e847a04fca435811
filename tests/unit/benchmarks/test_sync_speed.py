from pathlib import Path

from benchmarks.sync_speed import rows_of, time_concord


def test_a_tenth_of_the_rows_changes() -> None:
    before, after = (rows_of(100, version=version) for version in (0, 1))

    assert sum(one != other for one, other in zip(before, after, strict=True)) == 10


def test_what_is_timed_arrives_whole(tmp_path: Path) -> None:
    side = time_concord(tmp_path, [rows_of(50, version=version) for version in (0, 1)])

    assert (side.rows, side.first > 0, side.again > 0) == (50, True, True)
