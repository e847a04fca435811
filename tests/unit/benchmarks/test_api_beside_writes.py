"""What the benchmark of answers beside writes says of its figures."""

from benchmarks.api_beside_writes import Beside, compared, together
from benchmarks.http_load import LoadResult


def test_turns_beside_the_writer_count_as_one_load() -> None:
    whole = together(
        [LoadResult(1.0, {200: 2}, [0.1, 0.2], 10), LoadResult(2.0, {200: 1, 503: 1}, [0.3, 0.4], 5)]
    )

    assert whole == LoadResult(3.0, {200: 3, 503: 1}, [0.1, 0.2, 0.3, 0.4], 15)


def test_redirects_are_answers_and_errors_are_none() -> None:
    quiet, beside = LoadResult(1.0, {200: 1}, [0.001]), LoadResult(1.0, {200: 1, 307: 1, 503: 1}, [0.002] * 3)

    found = compared(quiet, beside)

    assert found == Beside(1, 3, 1.0, 2.0, failed=1)


def test_twice_the_time_is_allowed_and_no_failure() -> None:
    assert Beside(9, 9, 2.0, 4.0, failed=0).is_reached
    assert not Beside(9, 9, 2.0, 4.1, failed=0).is_reached
    assert not Beside(9, 9, 2.0, 2.0, failed=1).is_reached
