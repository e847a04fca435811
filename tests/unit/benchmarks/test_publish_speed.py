from dataclasses import replace

from benchmarks.publish_speed import MUST_MB, MUST_SECONDS, Side, Timed, verdict

FIRST = Timed(seconds=MUST_SECONDS, cpu=100.0, server_cpu=50.0, rows=1000, steps={"links": 1.0})
SIDE = Side("sqlite", 450_000, {"first": FIRST}, Timed(100.0, 40.0, 10.0, 1000), MUST_MB, 20.0)


def test_a_first_publish_must_be_quick_and_small() -> None:
    slow = replace(SIDE, publishes={"first": replace(FIRST, seconds=MUST_SECONDS + 1)})
    large = replace(SIDE, peak_mb=MUST_MB + 1)

    assert [side.is_reached for side in (SIDE, slow, large)] == [True, False, False]


def test_a_publish_is_told_beside_the_plain_insert() -> None:
    assert verdict(SIDE) == (
        "sqlite: first publish 600 s (must 600), peak 4,096 MB (must 4,096): reached; 6.0 times the plain"
        " insert (3.0 by CPU seconds)"
    )
