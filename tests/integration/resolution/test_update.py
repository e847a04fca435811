"""Updates of a run's folder: equal to a full run, complete or not at all, and true in what they report."""

import csv
import json
import multiprocessing
import random
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from demo.sample import SAMPLE
from resolution.domain.errors import (
    DecisionConflict,
    InputError,
    OutdatedModel,
    RunNotFound,
    UnreadableFile,
)
from resolution.explain import open_run
from resolution.matching.model import FORMAT
from resolution.run import Options, resolve
from resolution.run_folder import STATE
from resolution.update import UpdateOptions, export_run, update_run

Clusters = Callable[[Path], set[frozenset[str]]]
CRM = SAMPLE / "crm.csv"
KILLS = 4  # each at another moment, seeded


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def golden_ids(run: Path) -> dict[str, str]:
    return {f"{r['source']}:{r['source_id']}": r["cluster_id"] for r in rows_of(run / "clusters.csv")}


def usable(rows: list[dict[str, str]], run: Path) -> list[dict[str, str]]:
    known = golden_ids(run)
    return [row for row in rows if f"crm:{row['contact_id']}" in known]


def test_an_update_by_files_ends_where_a_full_run_with_that_model_ends(
    sample_run: Path, sample_files: list[Path], tmp_path: Path, clusters_in: Clusters
) -> None:
    """New files, changed rows, a new source and removals, in two updates of a run of one file."""
    model, mapping = sample_run / "model.json", sample_run / "mapping.yml"
    rows = usable(rows_of(CRM), sample_run)
    random.Random(1).shuffle(rows)
    once = [row | {"last_name": "Formerly", "email": ""} for row in rows[:30]]
    first = write_rows(tmp_path / "crm.csv", once + rows[40:90])
    monday = write_rows(tmp_path / "crm_monday.csv", rows[:40] + rows[90:])
    gone = [{"source": "crm", "source_id": row["contact_id"]} for row in rows[:15]]
    remove = write_rows(tmp_path / "gone.csv", [*gone, {"source": "crm", "source_id": "never seen"}])
    run = tmp_path / "run"
    resolve([first, sample_files[1]], out=run, options=Options(model=model, mapping=mapping))

    before = golden_ids(run)
    changed = update_run(run, [monday, *sample_files[2:]])
    removed = update_run(run, [], options=UpdateOptions(remove=remove))

    (tmp_path / "all").mkdir()
    whole = write_rows(tmp_path / "all" / "crm.csv", rows[15:])
    full = resolve(
        [whole, *sample_files[1:]], out=tmp_path / "full", options=Options(model=model, mapping=mapping)
    )
    assert clusters_in(run) == clusters_in(full.folder)
    assert 20 <= changed.run["changes"]["changed"] <= 30  # some rows had neither name nor e-mail to change
    assert removed.run["changes"] | {"golden_records": 0} == {
        "new": 0, "changed": 0, "removed": 15, "golden_records": 0, "removed_but_unknown": 1
    }  # fmt: skip
    after = golden_ids(run)
    assert removed.run["counts"] | {"quarantine": 0} == full.run["counts"] | {"quarantine": 0}
    assert set(after.values()).isdisjoint(set(before.values()) - set(after.values()))


def test_an_update_that_says_nothing_new_changes_nothing(own_run: Path) -> None:
    names = (
        "clusters.csv",
        "links.parquet",
        "golden_records.jsonl",
        "quarantine.jsonl",
        "mapping.yml",
        "model.json",
    )
    before = {name: (own_run / name).read_bytes() for name in names}

    summary = update_run(own_run, [CRM])

    assert summary.run["changes"]["golden_records"] == 0
    assert {name: (own_run / name).read_bytes() for name in names} == before
    assert pq.read_table(own_run / "changes.parquet").num_rows == 0


def test_changes_name_the_golden_records_that_were_touched(own_run: Path, tmp_path: Path) -> None:
    before = golden_ids(own_run)
    row = usable(rows_of(CRM), own_run)[0]
    record, other = f"crm:{row['contact_id']}", {"contact_id": "C-new"}
    source = write_rows(tmp_path / "crm_tuesday.csv", [row | {"first_name": "Xaver"}, row | other])

    update_run(own_run, [source])

    after = golden_ids(own_run)
    changes = {r["golden_id"]: r for r in pq.read_table(own_run / "changes.parquet").to_pylist()}
    moved = {key for key in before if before[key] != after.get(key)} | {record, "crm:C-new"}
    assert changes.keys() == {ids[key] for ids in (before, after) for key in moved if key in ids}
    for golden_id, change in changes.items():
        assert len(change["records"]) == list(after.values()).count(golden_id)
        assert (change["redirected_to"] is not None) <= (not change["records"])


def test_new_sources_join_the_mapping_and_quarantine_gathers(own_run: Path, tmp_path: Path) -> None:
    before = (own_run / "quarantine.jsonl").read_text(encoding="utf-8").splitlines()
    shop = tmp_path / "shop.csv"
    shop.write_text("customer_no,surname,mail\n1,Lee,lee@lee.example\n,Ek,ek@ek.example\n", encoding="utf-8")

    update_run(own_run, [shop])
    again = update_run(own_run, [shop])

    lines = (own_run / "quarantine.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["file"] for line in lines if line not in before] == ["shop.csv"]
    assert len(lines) == len(before) + 1
    assert "shop:1" in golden_ids(own_run)
    assert (own_run / "mapping.yml").read_text(encoding="utf-8").count("shop.csv") == 1
    assert again.run["changes"]["changed"] == again.run["changes"]["new"] == 0


@pytest.mark.parametrize("spoilt", ["nothing left to compare", "not text"])
def test_an_unusable_row_leaves_the_old_version_of_its_record(
    own_run: Path, tmp_path: Path, spoilt: str
) -> None:
    before, row = golden_ids(own_run), usable(rows_of(CRM), own_run)[0]
    record = f"crm:party:{row['contact_id']}"
    kept = {"contact_id", "record_type"}
    blank = {column: value if column in kept else "" for column, value in row.items()}
    unusable = blank if spoilt == "nothing left to compare" else row | {"last_name": "Ek\0"}
    name = "crm_wednesday.csv"
    others = [row | {"contact_id": f"C-other-{n}"} for n in range(3)]

    summary = update_run(own_run, [write_rows(tmp_path / name, [unusable, *others])])

    after = golden_ids(own_run)
    lines = (own_run / "quarantine.jsonl").read_text(encoding="utf-8").splitlines()
    assert [line["line"] for line in map(json.loads, lines) if line["file"] == name] == [2]
    assert summary.run["changes"] | {"golden_records": 0} == {
        "new": 3, "changed": 0, "removed": 0, "golden_records": 0, "removed_but_unknown": 0
    }  # fmt: skip
    assert before.keys() <= after.keys()
    with open_run(own_run) as (connection, _):
        said = connection.execute("SELECT count(*) FROM claims WHERE record_id = ?", [record]).fetchone()
    assert said is not None
    assert said[0] > 1


def test_decisions_of_an_update_bind_and_a_later_one_replaces_an_earlier_one(
    own_run: Path, tmp_path: Path
) -> None:
    rows = [row for row in usable(rows_of(CRM), own_run) if row["record_type"] == "contact"]
    ids = golden_ids(own_run)
    one, other = next(
        (f"crm:{a['contact_id']}", f"crm:{b['contact_id']}")
        for a, b in pairwise(rows)
        if ids[f"crm:{a['contact_id']}"] != ids[f"crm:{b['contact_id']}"]
    )
    said = tmp_path / "decisions.csv"

    said.write_text(f"{one},{other},match\n", encoding="utf-8")
    update_run(own_run, [], options=UpdateOptions(decisions=said))
    joined = golden_ids(own_run)
    said.write_text(f"{one},{other},no_match\n", encoding="utf-8")
    update_run(own_run, [], options=UpdateOptions(decisions=said))

    assert joined[one] == joined[other]
    assert golden_ids(own_run) == ids


def test_a_large_run_is_exported_when_asked_for(own_run: Path) -> None:
    files = ("clusters.csv", "golden_records.jsonl", "links.parquet", "report.html")
    before = (own_run / "clusters.csv").read_bytes()

    update_run(own_run, [CRM], options=UpdateOptions(export=False))
    missing = [name for name in files if (own_run / name).exists()]
    export_run(own_run)

    assert missing == []
    assert all((own_run / name).is_file() for name in files)
    assert (own_run / "clusters.csv").read_bytes() == before
    assert (own_run / "changes.parquet").is_file()


def test_rules_of_the_first_run_hold_in_updates(sample_run: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text("format: 1\nperson: {default: most_complete, email: most_trusted}\n", encoding="utf-8")
    options = Options(model=sample_run / "model.json", mapping=sample_run / "mapping.yml", rules=rules)
    run = resolve([CRM], out=tmp_path / "run", options=options).folder
    row = usable(rows_of(CRM), sample_run)[0]

    update_run(run, [write_rows(tmp_path / "crm_2.csv", [row | {"email": "new@lee.example"}])])

    with duckdb.connect(str(run / STATE), read_only=True) as connection:
        found = connection.execute(
            "SELECT DISTINCT rule FROM golden_values WHERE attribute = 'email' AND party_type = 'person'"
        ).fetchall()
    assert found == [("most_trusted",)]


def test_what_cannot_be_used_leaves_the_run_as_it_was(own_run: Path, tmp_path: Path) -> None:
    before = (own_run / "current").resolve(), (own_run / "run.json").read_bytes()
    bad = tmp_path / "bad.csv"
    bad.write_text("x,y\n", encoding="utf-8")
    empty = tmp_path / "empty.csv"
    empty.touch()
    said = tmp_path / "said.csv"
    said.write_text("crm:1,crm:2,match\ncrm:1,crm:2,no_match\n", encoding="utf-8")

    with pytest.raises(InputError, match="nothing to update with"):
        update_run(own_run, [])
    with pytest.raises(InputError, match="source and source_id"):
        update_run(own_run, [], options=UpdateOptions(remove=bad))
    with pytest.raises(UnreadableFile):
        update_run(own_run, [empty])
    with pytest.raises(DecisionConflict):
        update_run(own_run, [CRM], options=UpdateOptions(decisions=said))
    with pytest.raises(RunNotFound):
        update_run(tmp_path / "nothing", [CRM])

    assert ((own_run / "current").resolve(), (own_run / "run.json").read_bytes()) == before
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("model.json", f'"format": {FORMAT},', f'"format": {FORMAT - 1},', id="format"),
        pytest.param("run.json", f'"duckdb": "{duckdb.__version__}"', '"duckdb": "1.4.0"', id="DuckDB"),
    ],
)
def test_a_run_of_another_version_is_to_be_made_anew(own_run: Path, name: str, old: str, new: str) -> None:
    text = (own_run / name).read_text(encoding="utf-8")
    (own_run / name).write_text(text.replace(old, new), encoding="utf-8")
    before = (own_run / "current").resolve()

    with pytest.raises(OutdatedModel, match=r"made by an earlier version.*; make it anew with `concord"):
        update_run(own_run, [CRM])

    assert text.count(old) == 1
    assert (own_run / "current").resolve() == before


def test_a_killed_command_leaves_the_last_complete_run(own_run: Path, tmp_path: Path) -> None:
    rows = usable(rows_of(CRM), own_run)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["resolution.update"])
    moments = random.Random(5)
    longest = 0.0
    for number in range(KILLS + 2):  # two are left to end, the first while the processes warm up
        source = write_rows(tmp_path / "crm_next.csv", [rows[0] | {"contact_id": f"C-{number}"}])
        before = (own_run / "run.json").read_bytes()
        start = time.monotonic()
        process = processes.Process(target=update_run, args=(own_run, [source]))
        process.start()
        process.join(None if number < 2 else moments.uniform(0.1, longest))
        process.kill()
        process.join()
        longest = time.monotonic() - start if number < 2 else longest

        is_done = (own_run / "run.json").read_bytes() != before
        with open_run(own_run) as (connection, _):
            counted = connection.execute("SELECT count(*) FROM membership").fetchone()
        assert counted == (len(golden_ids(own_run)),)
        assert (f"crm:C-{number}" in golden_ids(own_run)) is is_done

    update_run(own_run, [CRM])

    assert [path.name for path in (own_run / "runs").iterdir() if path.is_dir()] == [
        (own_run / "current").resolve().name
    ]
