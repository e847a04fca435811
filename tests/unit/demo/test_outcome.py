import json
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from demo.outcome import Outcome, read_outcome, tables
from resolution.evaluation import Estimate, Evaluation
from resolution.evaluation_counts import Scores

EVALUATION = Evaluation(
    truth="truth.csv",
    form="entities",
    overall=Scores(Estimate(0.987, 0.9, 1), Estimate(0.912, 0.9, 1), Estimate(0.948, 0.9, 1)),
)
RUN = {
    "inputs": [{"source": "crm", "file": "data/crm.csv", "rows": 1200, "used": 1199, "quarantined": 1}],
    "counts": {"records": 1199, "golden_records": 800, "review": 4, "quarantine": 1},
    "steps": [{"step": "score", "seconds": 1.25, "peak_mb": 10}, {"step": "cluster", "seconds": 0.5}],
    "expected": {"precision": {"value": 0.97, "low": 0.95, "high": 0.99}, "recall": None},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run.json").write_text(json.dumps(RUN), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.sql(
            """select * from (values
                ('deterministic', 'match', null), ('probabilistic', 'match', null),
                ('probabilistic', 'match', null), ('probabilistic', 'review', null),
                ('probabilistic', 'match', 'two birth dates')
            ) as t(method, band, veto)"""
        ).write_parquet(str(tmp_path / "links.parquet"))
    return tmp_path


def printed(outcome: Outcome) -> str:
    console = Console(width=120, record=True, quiet=True)
    with console.capture() as capture:
        console.quiet = False
        for table in tables(outcome, EVALUATION):
            console.print(table)
    return capture.get()


def test_only_links_that_may_join_are_counted(folder: Path) -> None:
    assert read_outcome(folder).links_by_method == {"deterministic": 1, "probabilistic": 2}


@pytest.mark.parametrize(
    "fact",
    ["1,200", "crm.csv", "800", "0.970 (0.95 to 0.99)", "not told", "0.987", "0.912", "0.948", "1.8"],
)
def test_the_tables_show(fact: str, folder: Path) -> None:
    assert fact in printed(read_outcome(folder))
