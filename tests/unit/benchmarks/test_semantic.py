from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from benchmarks.quality_measures import Measured
from benchmarks.quality_targets import Target
from benchmarks.semantic import NAMES, Effect, chosen_targets, effects_table, judged_pairs, main

TRUTH = "source,source_id,entity_id\ns,1,A\ns,2,A\ns,3,B\ns,4,B\n"


def _measured(f1: float) -> Measured:
    target = Target("set one", "set", 0.9, 0.97, "")
    return Measured(target, "inferred", f1, 1.0, 1.0, 1.0, None, None, 0, 12.0, 300.0)


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    path = tmp_path / "truth.csv"
    path.write_text(TRUTH, encoding="utf-8")
    return path


def _links(path: Path, level: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute(
            "create table k as select 's:party:' || l as record_id_l, 's:party:' || r as record_id_r, method"
            " from (values ('1', '2', 'assisted'), ('1', '3', 'assisted'), ('3', '4', 'probabilistic'))"
            " t(l, r, method)"
        )
        connection.sql(f"select *{level} from k").write_parquet(str(path))
    return path


def test_joined_pairs_are_held_against_the_truth(tmp_path: Path, truth: Path) -> None:
    links = _links(tmp_path / "links.parquet", ", 1 as level_name_meaning")

    assert judged_pairs(links, truth) == (3, 2, 1)


def test_a_run_that_compared_no_meaning_judged_nothing(tmp_path: Path, truth: Path) -> None:
    assert judged_pairs(_links(tmp_path / "links.parquet", ""), truth) == (0, 0, 0)


def test_a_set_is_asked_for_by_row_or_by_folder(tmp_path: Path) -> None:
    for folder in ("crm_dev", "restaurants_864", "febrl3"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "truth.csv").write_text(TRUTH, encoding="utf-8")

    assert [t.name for t in chosen_targets([], tmp_path)] == ["crm_dev companies", "restaurants_864"]
    assert [t.name for t in chosen_targets(["crm_dev"], tmp_path)] == ["crm_dev companies"]
    assert [t.name for t in chosen_targets(["restaurants_864"], tmp_path)] == ["restaurants_864"]
    assert len(NAMES) == 4


def test_the_table_shows_what_meaning_changed() -> None:
    console = Console(width=150, record=True, quiet=True)
    with console.capture() as capture:
        console.quiet = False
        console.print(effects_table([Effect(_measured(0.9), _measured(0.9123), 30, 4, 3)]))

    for figure in ("set one", "0.9000", "0.9123", "+0.0123", "30", "12 → 12"):
        assert figure in capture.get()


def test_no_set_at_all_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    assert "restaurants_864" in capsys.readouterr().out
