"""What the benchmark of the API says of its figures."""

from rich.console import Console

from benchmarks.api_speed import Measured, measured, table, verdicts
from benchmarks.http_load import LoadResult


def one(name: str, *, rate: float = 100.0, p95: float = 1.0, failed: int = 0) -> Measured:
    return Measured(name, rate, 1.0, p95, 2.0, 1_900.0, failed)


def test_figures_of_a_load_are_rates_percentiles_and_failures() -> None:
    found = measured("x", LoadResult(1.0, {200: 3, 500: 1}, [0.001, 0.002, 0.003, 0.004], 400))

    assert (found.rate, found.bytes_each, found.failed) == (4.0, 100.0, 1)


def test_limits_that_are_missed_are_named() -> None:
    loads = [
        one("floor", rate=1_000),
        one("customer", rate=450),
        one("customer at half rate", p95=19),
        one("timeline", p95=31),
        one("search", failed=2),
    ]

    told = verdicts(loads, 599.0)

    assert [words.split(" ")[0] for words, is_reached in told if not is_reached] == [
        "customer", "timeline:", "search:"
    ]  # fmt: skip


def test_the_table_has_a_line_for_each_load() -> None:
    console = Console(width=120)

    with console.capture() as shown:
        console.print(table([one("floor", rate=1_000), one("customer", failed=3)]))

    assert [line.split()[0] for line in shown.get().splitlines()] == ["load", "floor", "customer"]
    assert shown.get().splitlines()[2].split()[-1] == "3"
