from pathlib import Path

import duckdb
import pytest

from benchmarks.settled_company import change_company, make_company


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("company") / "company.duckdb"
    make_company(path, 90)
    return path


def value(company: Path, query: str) -> object:
    with duckdb.connect(str(company), read_only=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_every_party_has_records_values_and_activities(company: Path) -> None:
    assert value(company, "select count(distinct golden_id) from resolution.membership") == 90
    assert value(company, "select count(*) from resolution.party_records") == 230
    assert value(company, "select count(*) from intermediate.int_activities") == 270
    assert value(company, "select count(*) from resolution.golden_values where position = 0") == 8 * 90
    assert value(company, "select count(*) from resolution.conflicts") != 0


def test_what_is_written_about_is_there(company: Path) -> None:
    unknown = "select count(*) from {} anti join resolution.party_records using (record_id)"

    assert value(company, unknown.format("resolution.golden_values")) == 0
    assert value(company, unknown.format("intermediate.int_activity_parties")) == 0
    assert value(company, "select count(*) from resolution.links where record_id_l >= record_id_r") == 0


def test_a_change_touches_its_share_of_the_records(company: Path) -> None:
    changed = "select count(*) from resolution.claims where attribute = 'phone' and starts_with(value, '54')"
    before = value(company, changed)

    change_company(company, per_mille=500)

    assert before == 0
    assert 50 < int(str(value(company, changed))) < 180
