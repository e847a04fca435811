import io
import re

import pyarrow as pa
from rich.console import Console

from resolution.evaluation import evaluate
from resolution.evaluation_table import print_evaluation
from resolution.evaluation_truth import truth_from_table


def printed(clusters: pa.Table, truth: pa.Table, links: pa.Table | None = None, *, width: int = 140) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    print_evaluation(console, evaluate(clusters, truth_from_table(truth), links=links))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_an_evaluation_is_printed_with_groups_sizes_and_calibration() -> None:
    ids = {"source": ["a"] * 4, "source_id": ["1", "2", "3", "4"]}
    truth = ids | {"entity_id": ["x", "x", "y", "y"], "record_type": ["person", "person", "firm", "firm"]}
    links = {"record_id_l": ["a:party:1"], "record_id_r": ["a:party:2"], "match_probability": [0.75]}

    text = printed(pa.table(ids | {"cluster_id": ["g", "g", "h", "i"]}), pa.table(truth), pa.table(links))

    assert "every type" in text
    assert "firm" in text
    assert "4 labelled records · 2 entities in 3 clusters · 1 exact (50.0%)" in text
    assert "By size" in text
    assert "Calibration error (ECE) 0.2500 over 1 pairs" in text


def test_labelled_records_that_the_run_lacks_are_told() -> None:
    clusters = pa.table({"source": ["a"], "source_id": ["1"], "cluster_id": ["g"]})
    truth = pa.table({"source": ["a", "a"], "source_id": ["1", "2"], "entity_id": ["x", "x"]})

    assert "1 labelled records are not in the run" in printed(clusters, truth)


def test_a_share_of_nothing_is_a_dash() -> None:
    clusters = pa.table({"source": ["a"], "source_id": ["1"], "cluster_id": ["g"]})
    truth = pa.table({"source": ["a"], "source_id": ["1"], "entity_id": ["x"]})

    row = next(line for line in printed(clusters, truth).splitlines() if "pairs" in line and "every" in line)

    assert row.count(" - ") == 3


def test_a_narrow_terminal_shows_every_label_and_value() -> None:
    """Intervals go to a second line at 80 columns; labels and values stay whole."""
    ids = {"source": ["a"] * 60, "source_id": [str(i) for i in range(60)]}
    kinds = ["person" if i // 3 % 2 else "organization" for i in range(60)]
    truth = ids | {"entity_id": [str(i // 3) for i in range(60)], "record_type": kinds}
    clusters = ids | {"cluster_id": [str(i // 3) if i % 7 else f"x{i}" for i in range(60)]}

    wide, narrow = (printed(pa.table(clusters), pa.table(truth), width=width) for width in (140, 80))

    assert "organization" in narrow
    assert "…" not in narrow
    assert set(re.findall(r"[\w.,]+", wide)) <= set(re.findall(r"[\w.,]+", narrow))
