import io

from rich.console import Console

from demo.summary import Summary, tables
from pipelines.run import RunReport


def test_counts_are_summed_and_seconds_end_with_all() -> None:
    summary = Summary(
        version=7,
        sources=[("crm", 10, 5, 1), ("erp", 20, 1_000, 0)],
        golden=[("person", 8, 30)],
        links=[("probabilistic", 12)],
        review=3,
        unused=0,
        quality=[("pair_precision", 0.98765, "truth.csv")],
    )
    console = Console(width=120, record=True, file=io.StringIO())

    for table in tables(summary, RunReport("run", loading_seconds=1.0, steps={"sync_crm": 2.25})):
        console.print(table)

    text = console.export_text()
    for words in ("version 7", "1,005", "golden records, person, of 30 records", "0.988", "3.2"):
        assert words in text
