"""Whole runs: every record somewhere once, decisions kept, the same bytes again, bad input, odd shapes."""

import csv
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from resolution.domain.errors import DecisionConflict, InputError, MappingError, UnreadableFile
from resolution.run import Options, resolve
from resolution.run_folder import STATE

HEADER = ["id", "first_name", "last_name", "email", "phone", "city"]
ANN = ["Ann", "Lee", "ann.lee@lee.example", "+44 20 7946 0123", "London"]
TIMED = re.compile(r'"(seconds|peak_mb|created_at)": .*')


def write_csv(path: Path, rows: list[list[str]], *, header: list[str] = HEADER) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def document(run: Path, name: str = "run.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / name).read_text(encoding="utf-8"))
    return found


def json_lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def without_timings(run: Path, name: str) -> bytes:
    """Return a file of a run but for the times in it."""
    content = (run / name).read_bytes()
    if name == "run.json":
        return TIMED.sub("", content.decode()).encode()
    if name == "report.html":
        text = re.sub(r"\d+ \w+ 20\d\d, \d\d:\d\d", "", content.decode())
        return re.sub(r"<li>(?:(?!</li>).)*MB at its peak.*?</li>", "", text).encode()
    return content


def test_every_usable_row_is_in_one_cluster_and_every_other_in_quarantine_once(sample_run: Path) -> None:
    inputs = document(sample_run)["inputs"]
    with (sample_run / "clusters.csv").open(encoding="utf-8") as file:
        members = [(row["source"], row["source_id"]) for row in csv.DictReader(file)]
    quarantined = json_lines(sample_run / "quarantine.jsonl")

    assert isinstance(inputs, list)
    assert len(members) == len(set(members)) == sum(entry["used"] for entry in inputs)
    places = Counter((row["file"], row["line"]) for row in quarantined)
    assert set(places.values()) == {1}
    per_file = Counter(file for file, _ in places)
    for entry in inputs:
        assert entry["rows"] == entry["used"] + entry["quarantined"]
        assert entry["quarantined"] == per_file[entry["file"]]


def test_persons_and_organisations_are_never_in_one_cluster(sample_run: Path) -> None:
    with duckdb.connect(str(sample_run / STATE), read_only=True) as connection:
        mixed = connection.execute(
            "SELECT golden_id FROM membership m JOIN party_records p USING (record_id)"
            " GROUP BY golden_id HAVING count(DISTINCT p.party_type) > 1"
        ).fetchall()

    assert mixed == []


def test_weights_of_every_link_add_up_to_its_score(sample_run: Path) -> None:
    priors = {
        name: party["prior_weight"] for name, party in document(sample_run, "model.json")["parties"].items()
    }
    with duckdb.connect(str(sample_run / STATE), read_only=True) as connection:
        links = connection.execute("SELECT * FROM links")
        names = [name for name, *_ in links.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in links.fetchall()]

    assert found
    for row in found:
        parts = [value for name, value in row.items() if name.startswith("weight_") and value is not None]
        assert row["match_weight"] == pytest.approx(priors[row["party_type"]] + sum(parts), abs=1e-6)
        assert row["match_probability"] == pytest.approx(1 / (1 + 2 ** -row["match_weight"]), abs=1e-9)


def test_stated_weights_add_up_with_what_clustering_says(sample_run: Path) -> None:
    parties = document(sample_run, "model.json")["parties"]
    links = duckdb.read_parquet(str(sample_run / "links.parquet"))
    found = [dict(zip(links.columns, row, strict=True)) for row in links.fetchall()]

    assert any(row["weight_cluster"] for row in found)
    for row in found:
        parts = [value for name, value in row.items() if name.startswith("weight_") and value is not None]
        prior = parties[row["party_type"]]["prior_weight"]
        assert row["match_weight"] == pytest.approx(prior + sum(parts), abs=1e-6)
        assert row["match_probability"] == pytest.approx(1 / (1 + 2 ** -row["match_weight"]), abs=1e-9)


def test_two_runs_on_the_same_input_are_byte_equal_but_for_timings(
    sample_run: Path, sample_files: list[Path], tmp_path: Path
) -> None:
    again = resolve(sample_files, out=tmp_path / "again").folder

    files = sorted(path.name for path in sample_run.iterdir() if path.is_symlink() and path.name != STATE)
    assert files == sorted(p.name for p in again.iterdir() if p.is_symlink() and p.name != STATE)
    for name in set(files) - {"current"}:
        assert without_timings(sample_run, name) == without_timings(again, name), name


def test_a_rerun_in_the_same_folder_with_the_saved_model_changes_nothing(
    own_run: Path, sample_run: Path, sample_files: list[Path]
) -> None:
    """Laws 3 and 4: the model alone holds what was learned, and golden ids stay."""
    options = Options(model=own_run / "model.json", mapping=own_run / "mapping.yml")
    resolve(sample_files[::-1], out=own_run, options=options)

    for name in ("clusters.csv", "links.parquet", "golden_records.jsonl", "review.parquet", "model.json"):
        assert (own_run / name).read_bytes() == (sample_run / name).read_bytes(), name
    with duckdb.connect(str(own_run / STATE), read_only=True) as connection:
        assert connection.execute("SELECT DISTINCT cause FROM ledger").fetchall() == [("run",)]
        assert connection.execute("SELECT count(*) FROM ledger WHERE valid_to IS NOT NULL").fetchone() == (0,)


def test_decisions_are_never_overruled_by_a_run(
    sample_run: Path,
    sample_files: list[Path],
    tmp_path: Path,
    clusters_in: Callable[[Path], set[frozenset[str]]],
) -> None:
    """Law 2, against what the model would say: pairs of one cluster are parted, others joined."""
    order = random.Random(3)
    together = [sorted(members) for members in clusters_in(sample_run) if len(members) > 1]
    parted = [order.sample(members, 2) for members in order.sample(sorted(together), 15)]
    with duckdb.connect(str(sample_run / STATE), read_only=True) as connection:
        rows = connection.execute(
            "SELECT source || ':' || source_id FROM party_records WHERE party_type = 'person' ORDER BY ALL"
        ).fetchall()
    persons = [record for (record,) in rows if not any(record in pair for pair in parted)]
    order.shuffle(persons)
    joined = list(zip(persons[:40:2], persons[1:40:2], strict=True))
    said = [[*pair, "no_match"] for pair in parted] + [[*pair, "match"] for pair in joined]
    decisions = write_csv(tmp_path / "decisions.csv", said, header=["a", "b", "decision"])
    options = Options(model=sample_run / "model.json", decisions=decisions)

    summary = resolve(sample_files, out=tmp_path / "run", options=options)

    home = {record: members for members in clusters_in(summary.folder) for record in members}
    assert all(home[a] is not home[b] for a, b in parted)
    assert all(home[a] is home[b] for a, b in joined)
    assert summary.run["decisions"] == {"given": 35, "about_absent_records": 0}


def test_a_decision_that_a_person_is_an_organisation_is_refused(tmp_path: Path) -> None:
    source = write_csv(
        tmp_path / "s.csv",
        [["1", "person", "Ann Lee", "a@lee.example"], ["2", "organization", "Lee Ltd", "b@lee.example"]],
        header=["id", "type", "name", "email"],
    )
    decisions = write_csv(tmp_path / "d.csv", [["s:1", "s:2", "match"]], header=["a", "b", "decision"])

    with pytest.raises(DecisionConflict, match="s:party:1 = s:party:2"):
        resolve([source], out=tmp_path / "run", decisions=decisions)

    assert not (tmp_path / "run" / "current").exists()


SHAPES = {
    "one-record": [["1", *ANN]],
    "two-records": [["1", *ANN], ["2", *ANN]],
    "all-identical": [[str(n), *ANN] for n in range(40)],
    "nothing-in-common": [
        [
            str(n),
            f"{chr(97 + n) * 4}",
            f"{chr(122 - n) * 5}",
            f"{n}@x{n}.example",
            f"+44 20 79{n:02} {n * 313:04}",
            "",
        ]
        for n in range(12)
    ],
    "one-block": [
        [str(n), "Ann", f"Lee{chr(97 + n // 26)}{chr(97 + n % 26)}", "", "", ""] for n in range(60)
    ],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_run_on_odd_data_is_whole_and_honest(shape: str, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "people.csv", SHAPES[shape])

    summary = resolve([source], out=tmp_path / "run")

    counts, expected = summary.run["counts"], summary.run["expected_by_type"]
    assert counts["records"] == len(SHAPES[shape])
    assert 1 <= counts["golden_records"] <= counts["records"]
    assert summary.run["thresholds"].keys() == {"person"}
    status = document(summary.folder, "model.json")["parties"]["person"]
    if status["status"] == "rules_only":
        assert expected == {"person": None}
        assert status["status_reason"]
    if shape in ("one-record", "nothing-in-common"):
        assert status["status"] == "rules_only"
        assert counts["golden_records"] == counts["records"]
    assert (summary.folder / "report.html").stat().st_size > 1000


def test_hostile_cells_are_loaded_or_quarantined_once_and_come_out_as_they_went_in(tmp_path: Path) -> None:
    hostile = [
        ["1", "=cmd|'/c calc'!A1", "Lee", "a@lee.example", "", ""],
        ["2", "Zoë 🦉", "O\u2019Neil \u202eRTL", "b@lee.example", "", "St. \u200bIves"],
        ["3", "x\x07\x1b[31m", "Lee", "c@lee.example", "", ""],
        ["", "No", "Id", "d@lee.example", "", ""],
        ["5", "Ann", "Lee", "e@lee.example", "", ""],
        ["5", "Ann", "Again", "e@lee.example", "", ""],
        ["6", "", "", "", "", ""],
        ["7", "Long", "L" * 10_000_000, "f@lee.example", "", ""],
        ["8", '"quoted", comma', "new\nline", "g@lee.example", "", ""],
        ["9", "N\x00ul", "Lee", "h@lee.example", "", ""],
    ]
    source = write_csv(tmp_path / "people.csv", hostile)

    summary = resolve([source], out=tmp_path / "run")

    with duckdb.connect(str(summary.folder / STATE), read_only=True) as connection:
        loaded = {i for (i,) in connection.execute("SELECT source_id FROM party_records").fetchall()}
        names = dict(
            connection.execute(
                "SELECT split_part(record_id, ':', 3), value FROM claims WHERE attribute = 'given_name'"
            ).fetchall()
        )
    quarantined = json_lines(summary.folder / "quarantine.jsonl")
    assert len(loaded) + len(quarantined) == len(hostile)
    assert {"1", "2", "3", "5", "7", "8"} <= loaded
    assert len({row["line"] for row in quarantined}) == len(quarantined) == 4
    assert names["1"] == "=cmd|'/c calc'!A1"
    assert "🦉" in names["2"]


def test_bad_input_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "people.csv", [["1", *ANN]])
    empty = tmp_path / "empty.csv"
    empty.touch()
    wrong = tmp_path / "wrong.parquet"
    wrong.write_text("id,name\n", encoding="utf-8")
    mapping = tmp_path / "mapping.yml"
    mapping.write_text(
        "sources:\n  - file: people.csv\n    columns:\n      surname: family_name\n", encoding="utf-8"
    )
    out = tmp_path / "run"

    for files in ([], [empty], [wrong], [tmp_path / "absent.csv"]):
        with pytest.raises((UnreadableFile, InputError)):
            resolve(files, out=out)
    with pytest.raises(MappingError, match="surname"):
        resolve([source], out=out, mapping=mapping)
    for options in (Options(precision=1.0), Options(precision=0.9, model=mapping), Options(model=mapping)):
        with pytest.raises(InputError):
            resolve([source], out=out, options=options)

    assert not (out / "current").exists()
