"""Scoring and settling on what the store holds: a model learned once, and a decision made in between."""

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest
from sqlalchemy import Engine, insert

from context_api.store.decisions import DecisionEntry, Verdict
from context_api.store.engine import writing
from context_api.store.versions import Tenant
from pipelines.settling_on_store import score_on_store, settle_on_store
from resolution.domain.ids import seed_id
from resolution.party_table import PARTY_COLUMNS
from resolution.stages import standardise_parties

TENANT = "default"
PARTIES = "intermediate.int_party_records"
ANNA, ANNA_TOO, OTTO = "crm:contact:1", "erp:customer_contact:7", "crm:contact:2"
PEOPLE = [
    (ANNA, "Anna Berger", "anna.berger@berger-werke.de"),
    (ANNA_TOO, "Berger, Anna", "anna.berger@berger-werke.de"),
    (OTTO, "Otto Klamm", "otto.klamm@klamm-ag.de"),
]


@pytest.fixture
def standardised() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three records of two people, as they are before they are scored."""
    columns = ", ".join(f"{column.name} {column.kind}" for column in PARTY_COLUMNS)
    with duckdb.connect() as connection:
        connection.execute("create schema resolution; create schema intermediate; use resolution")
        connection.execute(f"create table {PARTIES} ({columns})")
        for record_id, name, email in PEOPLE:
            connection.execute(
                f"insert into {PARTIES} by name select $1 as record_id, split_part($1, ':', 1) as source,"
                " split_part($1, ':', 2) as object, split_part($1, ':', 3) as source_id,"
                " 'person' as party_type, $2 as full_name, [$3] as emails,"
                " timestamp '2026-01-05 08:00:00' as observed_at, false as is_deleted",
                [record_id, name, email],
            )
        standardise_parties(connection, PARTIES)
        yield connection


def decide(engine: Engine, one: str, other: str, verdict: Verdict) -> None:
    """Write the first decision of the tenant."""
    with writing(engine) as store:
        store.execute(insert(Tenant), {"tenant_id": TENANT, "decision_sequence": 1})
        store.execute(
            insert(DecisionEntry),
            {
                "tenant_id": TENANT,
                "sequence": 1,
                "record_id_l": min(one, other),
                "record_id_r": max(one, other),
                "verdict": str(verdict),
                "author": "ana",
                "reason": "I know them",
                "decided_at": datetime(2026, 3, 1, tzinfo=UTC),
            },
        )


def parties(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute("select record_id, golden_id from membership").fetchall())


def test_records_are_settled_with_the_model_that_was_learned(
    standardised: duckdb.DuckDBPyConnection, sqlite_engine: Engine
) -> None:
    model = score_on_store(standardised, sqlite_engine, TENANT, model=None)

    settle_on_store(standardised, sqlite_engine, TENANT, model=model)

    assert parties(standardised) == {ANNA: seed_id(ANNA), ANNA_TOO: seed_id(ANNA), OTTO: seed_id(OTTO)}
    causes = standardised.execute("select distinct cause from ledger").fetchall()
    assert causes == [("pipeline",)]


@pytest.mark.parametrize("is_known_to_scoring", [True, False], ids=["before scoring", "between"])
def test_a_decision_binds_whether_it_was_made_before_scoring_or_after_it(
    is_known_to_scoring: bool, standardised: duckdb.DuckDBPyConnection, sqlite_engine: Engine
) -> None:
    model = score_on_store(standardised, sqlite_engine, TENANT, model=None)
    decide(sqlite_engine, ANNA, ANNA_TOO, Verdict.NO_MATCH)
    if is_known_to_scoring:
        score_on_store(standardised, sqlite_engine, TENANT, model=model)

    settle_on_store(standardised, sqlite_engine, TENANT, model=model)

    assert parties(standardised)[ANNA_TOO] == seed_id(ANNA_TOO)
    assert standardised.execute("from links_base").fetchall() == [(1,)]


def test_settling_again_after_a_broken_attempt_ends_the_same(
    standardised: duckdb.DuckDBPyConnection, sqlite_engine: Engine
) -> None:
    model = score_on_store(standardised, sqlite_engine, TENANT, model=None)
    settle_on_store(standardised, sqlite_engine, TENANT, model=model)
    before = parties(standardised)
    standardised.execute("delete from membership; update ledger set golden_id = 'left by a broken attempt'")

    settle_on_store(standardised, sqlite_engine, TENANT, model=model)

    assert parties(standardised) == before
    assert standardised.execute("select count(*) from ledger where golden_id like 'left%'").fetchall() == [
        (0,)
    ]
