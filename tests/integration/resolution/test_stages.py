"""Resolution in stages inside a warehouse: the same outcome as the command, run after run."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from resolution import stages
from resolution.domain.errors import InputError
from resolution.domain.ids import seed_id
from resolution.matching.model import ResolutionModel
from resolution.party_table import PARTY_COLUMNS

NOON = datetime.fromisoformat("2026-03-01T12:00")
PEOPLE = [
    ("crm", "contact", "1", "person", "Anna Berger", ["anna.berger@berger-werke.de"], False),
    ("erp", "customer_contact", "7", "person", "Berger, Anna", ["anna.berger@berger-werke.de"], False),
    ("itsm", "requester", "9", "person", "Anna Berger", ["anna.berger@berger-werke.de"], True),
    ("crm", "contact", "2", "person", "Otto Klamm", ["otto.klamm@klamm-ag.de"], False),
]


@pytest.fixture
def warehouse(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(tmp_path / "warehouse.duckdb"))
    columns = ", ".join(f"{c.name} {c.kind}" for c in PARTY_COLUMNS)
    connection.execute("create schema resolution; create schema intermediate; use warehouse.resolution")
    connection.execute(f"create table intermediate.int_party_records ({columns})")
    for source, kind, number, party_type, name, emails, is_deleted in PEOPLE:
        connection.execute(
            "insert into intermediate.int_party_records by name select $1 as record_id, $2 as source,"
            " $3 as object, $4 as source_id, $5 as party_type, $6 as full_name, $7::varchar[] as emails,"
            " timestamp '2026-01-05 08:00:00' as observed_at, $8 as is_deleted",
            [f"{source}:{kind}:{number}", source, kind, number, party_type, name, emails, is_deleted],
        )
    return connection


def _run(connection: duckdb.DuckDBPyConnection, model: ResolutionModel | None) -> ResolutionModel:
    stages.standardise_parties(connection, "intermediate.int_party_records", model=model, now=NOON)
    used = stages.score_links(connection, model)
    stages.settle_parties(connection, used, now=NOON, cause="run")
    return used


def test_every_live_record_of_the_table_of_parties_is_in_one_golden_record(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    _run(warehouse, None)

    members = dict(warehouse.execute("select record_id, golden_id from membership").fetchall())
    assert set(members) == {"crm:contact:1", "crm:contact:2", "erp:customer_contact:7"}
    assert members["crm:contact:1"] == members["erp:customer_contact:7"] == seed_id("crm:contact:1")
    observed = warehouse.execute("select distinct observed_at from party_records").fetchall()
    assert observed == [(datetime.fromisoformat("2026-01-05T08:00"),)]


def test_a_second_run_with_the_saved_model_changes_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    model = _run(warehouse, None)
    before = warehouse.execute("select * from ledger order by all").fetchall()

    again = _run(warehouse, model)

    assert again == model
    assert warehouse.execute("select * from ledger order by all").fetchall() == before


def test_a_table_that_breaks_the_contract_is_refused_by_name(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("alter table intermediate.int_party_records drop column emails")

    with pytest.raises(InputError, match="no column emails"):
        stages.standardise_parties(warehouse, "intermediate.int_party_records")


def test_a_record_that_is_there_twice_is_refused_by_name(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "insert into intermediate.int_party_records from intermediate.int_party_records"
        " where record_id = 'crm:contact:2'"
    )

    with pytest.raises(InputError, match="crm:contact:2 2 times"):
        stages.standardise_parties(warehouse, "intermediate.int_party_records")
