import csv
import json
from pathlib import Path

import pytest

from demo.sample import FILES, SAMPLE, TRUTH, build_world, exports, write_sample


@pytest.fixture(scope="module")
def truth() -> list[dict[str, str]]:
    with (SAMPLE / "truth.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("file", [*FILES, TRUTH])
def test_the_committed_sample_is_what_the_generator_writes(file: str, tmp_path: Path) -> None:
    write_sample(tmp_path)

    assert (tmp_path / file).read_bytes() == (SAMPLE / file).read_bytes()


def test_the_sample_has_over_300_records_of_four_systems(truth: list[dict[str, str]]) -> None:
    assert len(truth) >= 300
    assert {row["source"] for row in truth} == {"crm", "erp", "itsm", "email"}


def test_the_truth_names_each_record_once(truth: list[dict[str, str]]) -> None:
    keys = [(row["source"], row["source_id"]) for row in truth]

    assert len(keys) == len(set(keys))


def test_an_entity_has_one_type(truth: list[dict[str, str]]) -> None:
    types: dict[str, set[str]] = {}
    for row in truth:
        types.setdefault(row["entity_id"], set()).add(row["record_type"])

    assert all(len(kinds) == 1 for kinds in types.values())
    assert set().union(*types.values()) == {"person", "organization", "mailbox"}


def test_every_usable_row_has_its_truth() -> None:
    for export in exports(build_world()):
        assert {row.source_id for row in export.rows}
        text = (SAMPLE / export.file).read_text(encoding="utf-8")
        assert all(row.source_id in text for row in export.rows)


def test_bad_rows_are_among_the_good_ones(truth: list[dict[str, str]]) -> None:
    known = {(row["source"], row["source_id"]) for row in truth}
    with (SAMPLE / "crm.csv").open(encoding="utf-8", newline="") as lines:
        ids = [row["contact_id"] for row in csv.DictReader(lines)]
    broken = [
        line for line in (SAMPLE / "itsm.jsonl").read_text("utf-8").splitlines() if not _is_object(line)
    ]

    assert ids.count("") == 1
    assert len(ids) - len(set(ids)) == 1
    assert len(broken) == 2
    assert ("email", "A99001") not in known


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except json.JSONDecodeError:
        return False
