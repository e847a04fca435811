import json
from pathlib import Path

import duckdb
import pytest

from benchmarks import saved_model_scoring
from resolution.run import resolve

ROWS = "source,source_id,first_name,last_name,email\n" + "".join(
    f"{source},{number},Anna{number},Berg,anna{number}@acme.de\n"
    for source in ("crm", "erp")
    for number in range(40)
)


def test_scoring_alone_gives_the_links_of_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "people.csv").write_text(ROWS, "utf-8")
    run = resolve([tmp_path / "people.csv"], out=tmp_path / "run").folder

    saved_model_scoring.main([str(run)])

    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    links = duckdb.read_parquet(str(run / "links.parquet")).count("*").fetchone()
    assert set(said["seconds"]) == {"block", "score"}
    assert said["counts"]["pairs blocked"]["person"] >= 40
    assert links == (said["counts"]["links"],)
