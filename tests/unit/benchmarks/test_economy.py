from pathlib import Path

import duckdb
import pytest

from benchmarks.economy import main, write_changes, write_economy

RECORDS = """
select 'CRM' as source, 'CRM-' || i as source_id, 'person' as record_type,
    'Anna Berg' || chr((97 + i % 20)::int) as full_name,
    if(i % 3 = 0, null, 'anna' || i || '@acme.de') as email,
    '+49 215 20805' || (10 + i % 80) as phone, '1200' || (i % 10) as postcode, '2024-01-01' as updated_at
from range(60) t(i)
"""
TRUTH = "select 'CRM' as source, 'CRM-' || i as source_id, 'E' || i // 2 as entity_id from range(60) t(i)"


@pytest.fixture
def records(tmp_path: Path) -> Path:
    duckdb.sql(RECORDS).write_parquet(str(tmp_path / "small.parquet"))
    return tmp_path / "small.parquet"


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    duckdb.sql(TRUTH).write_csv(str(tmp_path / "small.csv"))
    return tmp_path / "small.csv"


def test_copies_have_the_blocks_of_the_original(records: Path, truth: Path, tmp_path: Path) -> None:
    economy = write_economy(records, truth, out=tmp_path, copies=4)
    sizes = "select n, count(*) from (select count(*) as n from '{}' group by {}) group by n order by n"

    assert economy.size == 4 * 60
    for column in ("full_name", "phone", "postcode"):
        before = duckdb.sql(sizes.format(records, column)).fetchall()
        after = duckdb.sql(sizes.format(economy.records, column)).fetchall()
        assert after == [(n, 4 * blocks) for n, blocks in before], column


def test_the_truth_follows_and_ids_are_unique(records: Path, truth: Path, tmp_path: Path) -> None:
    economy = write_economy(records, truth, out=tmp_path, copies=3)
    copies = duckdb.read_parquet(str(economy.records)).project("source, source_id")
    labelled = duckdb.read_csv(str(economy.truth), all_varchar=True)
    joined = copies.join(labelled, "source, source_id")

    counts = joined.aggregate("count(*), count(distinct source_id), count(distinct entity_id)")
    assert counts.fetchone() == (180, 180, 90)


def test_one_copy_is_the_original(records: Path, truth: Path, tmp_path: Path) -> None:
    economy = write_economy(records, truth, out=tmp_path, copies=1)

    assert duckdb.sql(f"from '{economy.records}' except from '{records}'").fetchall() == []


def test_changes_are_a_third_new_a_third_changed_a_third_removed(
    records: Path, truth: Path, tmp_path: Path
) -> None:
    economy = write_economy(records, truth, out=tmp_path, copies=1)
    file = tmp_path / "changes.parquet"

    written = write_changes(economy.records, file, wanted=30)
    changed = duckdb.read_parquet(str(file)).project("source_id, phone as new_phone, deleted")
    before = duckdb.read_parquet(str(records)).project("source_id, phone, source")
    kinds = changed.join(before, "source_id", how="left").aggregate(
        "deleted is not null as is_removed, source is not null as is_known, count(*),"
        " count(*) filter (phone is distinct from new_phone)"
    )

    assert written == 30
    assert sorted(kinds.fetchall()) == [(False, False, 10, 10), (False, True, 10, 10), (True, True, 10, 0)]


def test_the_same_seed_gives_the_same_files(records: Path, truth: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        options = ["--out", str(tmp_path / name), "--copies", "2", "--changes", "9"]
        assert main([str(records), str(truth), *options]) == 0

    for file in ("records.parquet", "truth.csv", "changes.parquet"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file
