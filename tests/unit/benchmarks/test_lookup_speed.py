import json
from pathlib import Path

import pytest

from benchmarks import lookup_speed
from resolution.run import resolve

ROWS = "source,source_id,first_name,last_name,email,city\n" + "".join(
    f"{source},{number},Anna{number},Berg,anna{number}@acme.de,Bern\n"
    for source in ("crm", "erp")
    for number in range(40)
)


def test_both_sides_are_asked_and_every_figure_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "people.csv").write_text(ROWS, "utf-8")
    run = resolve([tmp_path / "people.csv"], out=tmp_path / "run").folder

    lookup_speed.main([str(run), "--records", "12", "--splink", "2"])

    said = json.loads(capsys.readouterr().out)
    assert said["records"] == 80
    assert said["concord"]["compared"]["most"] >= 1
    assert set(said["concord"]["one"]["cpu_ms"]) == set(said["splink"]["one"]["ms"]) == {"p50", "p95", "p99"}
    assert said["times_less_cpu"] > 0


def test_percentiles_are_of_both_clocks() -> None:
    spent = [(float(n), float(2 * n)) for n in range(101)]

    assert lookup_speed.percentiles(spent) == {
        "ms": {"p50": 50.0, "p95": 95.0, "p99": 99.0},
        "cpu_ms": {"p50": 100.0, "p95": 190.0, "p99": 198.0},
    }
