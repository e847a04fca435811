from dataclasses import replace
from pathlib import Path

from benchmarks.reads_beside_publish import Reads, measure, percentile

READS = Reads(quiet=100, beside=100, quiet_p99_ms=10.0, beside_p99_ms=20.0, failed=0, log_mb=256.0)


def test_answers_must_be_right_and_at_most_twice_as_slow() -> None:
    worse = [replace(READS, beside_p99_ms=21.0), replace(READS, failed=1), replace(READS, log_mb=257.0)]

    assert [reads.is_reached for reads in (READS, *worse)] == [True, False, False, False]


def test_the_percentile_is_the_one_that_one_answer_in_a_hundred_exceeds() -> None:
    assert percentile([number / 1000 for number in range(100)]) == 99.0
    assert percentile([]) == 0.0


def test_readers_of_a_small_company_meet_both_versions_whole(tmp_path: Path) -> None:
    reads = measure(f"sqlite:///{tmp_path / 'store.db'}", tmp_path, parties=150, readers=2, quiet_seconds=0.5)

    assert reads.failed == 0
    assert reads.quiet > 0
    assert 0 < reads.log_mb < 256
