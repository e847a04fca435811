"""The commands as a user types them: what they print, what they leave, and their exit codes."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from concord import main
from demo.sample import SAMPLE, TRUTH
from resolution.explain import explain_pair, open_run
from resolution.run_folder import STATE

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs one command in this process: its exit code, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "240")

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, shown.out, shown.err

    return run


def refused(result: tuple[int, str, str]) -> str:
    code, _, error = result
    assert code == 2
    assert error.startswith("concord: ")
    assert error.count("\n") == 1
    return error


def test_a_run_prints_how_files_were_read_and_what_was_found(command: Run, tmp_path: Path) -> None:
    source = tmp_path / "people.csv"
    source.write_text(
        "key,Nachname,[bold]given[/bold],mail\n1,Lee,Ann,ann@lee.example\n2,Lee,Ann,ann@lee.example\n3,Ek,Bo,bo@ek.example\n",
        encoding="utf-8",
    )

    code, shown, _ = command("resolve", source, "--out", tmp_path / "run", "--precision", "0.99")

    assert code == 0
    assert re.search(r"Nachname\s*│ family_name", shown)
    assert "[bold]given[/bold]" in shown
    assert str(tmp_path / "run" / "report.html") in shown.replace("\n", "")
    assert (tmp_path / "run" / "report.html").is_file()


def test_a_precision_that_cannot_be_promised_is_said(
    command: Run, sample_files: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "run"

    _, shown, _ = command("resolve", *sample_files, "--out", out, "--precision", "0.99")
    gone = tmp_path / "gone.csv"
    gone.write_text("source,source_id\ncrm,nobody\n", encoding="utf-8")
    _, later, _ = command("resolve", "--update", out, "--remove", gone)

    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    told = run["expected_by_type"]
    assert run["asked_precision"] == 0.99
    assert 0.5 < told["person"]["precision"]["value"] < 0.99
    for said in (shown, later):
        assert "person: asked for a precision of 0.99, expect 0.9" in said


def test_an_update_prints_what_it_changed(command: Run, own_run: Path, tmp_path: Path) -> None:
    gone, said = tmp_path / "gone.csv", tmp_path / "said.csv"
    row = next(csv.DictReader((own_run / "clusters.csv").read_text(encoding="utf-8").splitlines()))
    gone.write_text(f"source,source_id\n{row['source']},{row['source_id']}\ncrm,nobody\n", encoding="utf-8")
    said.write_text("crm:nobody,crm:no one,no_match\n", encoding="utf-8")

    code, shown, _ = command("resolve", "--update", own_run, "--remove", gone, "--decisions", said)

    assert code == 0
    for line in ("records removed", "to be removed, but unknown", "decisions about absent records"):
        assert re.search(rf"{line}\s*│ 1 ", shown), line


def test_a_link_is_explained_and_drawn(command: Run, sample_run: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(sample_run / STATE), read_only=True) as connection:
        links = connection.execute(
            "SELECT record_id_l, record_id_r, match_weight FROM links"
            " QUALIFY row_number() OVER (PARTITION BY party_type ORDER BY record_id_l, record_id_r) = 1"
        ).fetchall()

    for left, right, weight in links:
        chart = tmp_path / "waterfall.svg"
        code, shown, _ = command("explain", left, right, "--run", sample_run, "--chart", chart)
        assert code == 0
        assert chart.read_text(encoding="utf-8").lstrip().startswith("<?xml")
        assert f"{abs(weight):.2f}" in shown


def test_the_parts_of_every_explanation_add_up_to_the_score(sample_run: Path) -> None:
    written = duckdb.read_parquet(str(sample_run / "links.parquet"))
    links = written.query(
        "links",
        "SELECT record_id_l, record_id_r, match_weight, match_weight - coalesce(weight_cluster, 0)"
        " FROM links ORDER BY hash(record_id_l) LIMIT 60",
    ).fetchall()
    with open_run(sample_run) as (connection, model):
        for left, right, weight, pair_weight in links:
            score = explain_pair(connection, model, pair=(left, right)).score
            assert score is not None
            assert score.match_weight == pytest.approx(weight)
            assert score.pair_weight == pytest.approx(pair_weight)
            total = score.prior + sum(part.weight for part in score.parts)
            assert total == pytest.approx(weight, abs=1e-6)
            assert all(part.weight == pytest.approx(part.base + part.rarity) for part in score.parts)


@pytest.mark.parametrize(("verdict", "weight"), [("match", "+20"), ("no_match", "\u221220")])
def test_a_pair_that_was_decided_and_never_scored_adds_up_to_the_decision(
    command: Run, own_run: Path, tmp_path: Path, verdict: str, weight: str
) -> None:
    said, chart = tmp_path / "said.csv", tmp_path / "w.svg"
    left, right = unmet_pair(own_run)
    said.write_text(f"{left},{right},{verdict}\n", encoding="utf-8")
    command("resolve", "--update", own_run, "--decisions", said)

    code, shown, _ = command("explain", left, right, "--run", own_run, "--chart", chart)

    with open_run(own_run) as (connection, model):
        score = explain_pair(connection, model, pair=(left, right)).score
    assert score is not None
    assert [part.name for part in score.parts] == ["decision"]
    assert score.prior + sum(part.weight for part in score.parts) == score.match_weight
    assert code == 0
    assert "before looking" not in shown
    assert f"Only another decision than {verdict.replace('_', ' ')} would flip it." in shown
    assert f"{weight}.0 bits" in chart.read_text(encoding="utf-8")


def unmet_pair(run: Path) -> tuple[str, str]:
    with duckdb.connect(str(run / STATE), read_only=True) as connection:
        unmet = connection.execute(
            "SELECT a.record_id, b.record_id FROM party_records a JOIN party_records b"
            " ON a.party_type = b.party_type AND a.record_id < b.record_id"
            " WHERE NOT EXISTS (FROM links WHERE record_id_l = a.record_id AND record_id_r = b.record_id)"
            " ORDER BY ALL LIMIT 1"
        ).fetchone()
    assert unmet is not None
    return unmet[0], unmet[1]


def test_a_pair_that_was_never_scored_is_explained(command: Run, sample_run: Path, tmp_path: Path) -> None:
    code, shown, _ = command(
        "explain", *unmet_pair(sample_run), "--run", sample_run, "--chart", tmp_path / "w.svg"
    )

    assert code == 0
    assert "scored for this explanation" in shown


def test_one_record_is_explained(command: Run, sample_run: Path) -> None:
    with (sample_run / "clusters.csv").open(encoding="utf-8") as file:
        row = next(csv.DictReader(file))

    code, shown, _ = command("explain", f"{row['source']}:{row['source_id']}", "--run", sample_run)

    assert code == 0
    assert row["cluster_id"] in shown


def test_a_run_is_evaluated_against_truth(command: Run, sample_run: Path) -> None:
    code, shown, _ = command("evaluate", "--truth", SAMPLE / TRUTH, "--run", sample_run, "--json")
    told, table, _ = command("evaluate", "--truth", SAMPLE / TRUTH, "--run", sample_run)

    assert code == told == 0
    assert json.loads(shown)["overall"]["pair_f1"]["value"] > 0.8
    assert "B-cubed" in table or "b-cubed" in table


def test_a_mapping_is_printed_or_written(command: Run, tmp_path: Path) -> None:
    code, shown, _ = command("mapping", SAMPLE / "crm.csv")
    _, named, _ = command("mapping", SAMPLE / "crm.csv", "--out", tmp_path / "mapping.yml")

    assert code == 0
    assert "family_name" in shown
    assert "mapping.yml" in named
    assert "family_name" in (tmp_path / "mapping.yml").read_text(encoding="utf-8")


def test_a_file_without_a_header_row_is_said_to_be_one(command: Run, tmp_path: Path) -> None:
    headless = tmp_path / "people.csv"
    headless.write_text("".join(f"{n},Ann Lee {n},ann{n}@lee.example\n" for n in range(5)), encoding="utf-8")

    _, shown, _ = command("mapping", headless)

    assert "no header row" in shown
    assert re.search(r"column_3\s*│ email ", shown)
    assert "no header row" not in command("mapping", SAMPLE / "crm.csv")[1]


def test_what_is_left_out_of_long_lists_is_said(command: Run, tmp_path: Path) -> None:
    file = tmp_path / "people.parquet"
    duckdb.sql(
        "SELECT i AS id, 'Ann Lee' AS name, 'ann@lee.example' AS email,"
        " list_transform(range(7 + i), n -> {'number': n}) AS phones FROM range(3) t(i)"
    ).write_parquet(str(file))

    code, shown, _ = command("resolve", file, "--out", tmp_path / "run")

    assert code == 0
    assert re.search(r"rows with lists of objects cut off\s*│ 1 ", shown)


def test_an_export_writes_the_files_anew(command: Run, own_run: Path) -> None:
    before = (own_run / "clusters.csv").read_bytes()

    code, shown, _ = command("export", own_run)

    assert code == 0
    assert "report.html" in shown
    assert (own_run / "clusters.csv").read_bytes() == before


def test_bad_input_is_one_line_and_exit_code_2(command: Run, sample_run: Path, tmp_path: Path) -> None:
    empty, wrong, mapping = tmp_path / "empty.csv", tmp_path / "wrong.parquet", tmp_path / "mapping.yml"
    empty.touch()
    wrong.write_text("a,b\n", encoding="utf-8")
    mapping.write_text(
        "sources:\n  - file: crm.csv\n    columns:\n      no such: family_name\n", encoding="utf-8"
    )
    crm, out = SAMPLE / "crm.csv", tmp_path / "run"
    old = tmp_path / "old.json"
    old.write_text((sample_run / "model.json").read_text().replace('"format": 2', '"format": 1'))

    assert "empty" in refused(command("resolve", empty, "--out", out))
    assert "parquet" in refused(command("resolve", wrong, "--out", out)).lower()
    assert "no such" in refused(command("resolve", crm, "--out", out, "--mapping", mapping))
    assert "no file" in refused(command("resolve", "--out", out))
    assert "--precision" in refused(command("resolve", crm, "--out", out, "--precision", "99"))
    assert "--remove" in refused(command("resolve", crm, "--out", out, "--remove", empty))
    assert "--model" in refused(command("resolve", crm, "--update", sample_run, "--model", wrong))
    assert "earlier version" in refused(command("resolve", crm, "--out", out, "--model", old))
    assert "is no model" in refused(command("resolve", crm, "--out", out, "--model", mapping))
    assert "no complete run" in refused(command("explain", "a", "--run", out))
    assert "no complete run" in refused(command("export", out))
