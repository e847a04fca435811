from pathlib import Path

import pytest

from benchmarks.quality import main, resolve_set

CSV = """source,source_id,first_name,last_name,email
crm,1,Anna,Berg,anna.berg@acme.de
crm,2,Otto,Klein,otto.klein@acme.de
erp,7,Anna,Berg,anna.berg@acme.de
"""


def test_an_unknown_set_is_refused_with_the_names_of_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mars"]) == 2
    assert "senzing_truthset" in capsys.readouterr().out


def test_a_folder_without_sets_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    assert "no labelled set" in capsys.readouterr().out


def test_a_set_is_resolved_by_the_command_that_users_have(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    (tmp_path / "small.csv").write_text(CSV, "utf-8")
    duckdb.read_csv(str(tmp_path / "small.csv"), all_varchar=True).write_parquet(
        str(tmp_path / "records.parquet")
    )

    run = resolve_set(tmp_path, tmp_path / "run")

    assert run.mapping == "inferred"
    assert (run.folder / "clusters.parquet").is_file()
    assert run.seconds > 0
