"""Both forms of settle agree: one component in memory, and all of them in the database."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.decisions import Decision
from resolution.domain.attributes import PartyType
from resolution.domain.claims import AttributeClaim
from resolution.domain.clustering import Bridge
from resolution.domain.ids import seed_id
from resolution.domain.ledger import Ledger
from resolution.settle import Terms, settle_all
from resolution.settle_component import Component, ScoredLink, Settled, settle_component
from resolution.survivorship_rules import default_rules

START = datetime(2026, 1, 1)  # noqa: DTZ001 - the ledger keeps UTC without a zone
RECORDS = [f"{source}:party:{number}" for source in ("crm", "erp") for number in (1, 2, 3)]
PAIRS = [(a, b) for a in RECORDS for b in RECORDS if a < b]
NAMES = ("Ann Lee", "A. Lee", "Bo Ek")
LINKS = st.dictionaries(
    st.sampled_from(PAIRS),
    st.tuples(st.integers(-9, 12), st.sampled_from(["plain", "strict", "vetoed"])),
    max_size=12,
)
TRUTHS = st.lists(st.integers(0, 2), min_size=len(RECORDS), max_size=len(RECORDS))
ROUNDS = st.lists(
    st.tuples(LINKS, TRUTHS, st.lists(st.sampled_from(PAIRS), max_size=3)), min_size=1, max_size=3
)
Round = tuple[dict[tuple[str, str], tuple[int, str]], list[int], list[tuple[str, str]]]


def component_of(told: Round) -> Component:
    scored, truth, decided = told
    party = dict(zip(RECORDS, truth, strict=True))
    return Component(
        party_type=PartyType.PERSON,
        sources={record: record.partition(":")[0] for record in RECORDS},
        links=[
            ScoredLink(
                *pair,
                weight=weight,
                joins=kind != "vetoed" and (weight >= 0 or kind == "strict"),
                is_strict=kind == "strict",
                is_vetoed=kind == "vetoed",
            )
            for pair, (weight, kind) in scored.items()
        ],
        decisions=[Decision(a, b, is_match=party[a] == party[b]) for a, b in sorted(set(decided))],
        claims=[
            AttributeClaim(record, record.partition(":")[0], "full_name", name, name.lower())
            for record, name in zip(RECORDS, NAMES * 2, strict=True)
        ],
    )


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            "CREATE TABLE party_records (record_id VARCHAR, source VARCHAR, party_type VARCHAR,"
            " observed_at TIMESTAMP, is_deleted BOOLEAN);"
            "CREATE TABLE claims (record_id VARCHAR, party_type VARCHAR, attribute VARCHAR, value VARCHAR,"
            " key VARCHAR, position SMALLINT);"
        )
        for claim in component_of(({}, [0] * len(RECORDS), [])).claims:
            row = [claim.record_id, "person", claim.attribute, claim.value, claim.key]
            connection.execute("INSERT INTO claims VALUES (?, ?, ?, ?, ?, 0)", row)
            connection.execute(
                "INSERT INTO party_records VALUES (?, ?, 'person', NULL, false)",
                [claim.record_id, claim.source],
            )
        yield connection


def tell(connection: duckdb.DuckDBPyConnection, component: Component) -> None:
    connection.execute(
        "CREATE OR REPLACE TABLE links (record_id_l VARCHAR, record_id_r VARCHAR, match_weight DOUBLE,"
        " band VARCHAR, method VARCHAR, veto VARCHAR);"
        "CREATE OR REPLACE TABLE decisions (record_id_l VARCHAR, record_id_r VARCHAR, decision VARCHAR)"
    )
    for link in component.links:
        band, method = "match" if link.joins else "no_match", "deterministic" if link.is_strict else "scored"
        row = [link.left, link.right, link.weight, band, method, "a veto" if link.is_vetoed else None]
        connection.execute("INSERT INTO links VALUES (?, ?, ?, ?, ?, ?)", row)
    for decision in component.decisions:
        verdict = "match" if decision.is_match else "no_match"
        connection.execute("INSERT INTO decisions VALUES (?, ?, ?)", [decision.left, decision.right, verdict])


def compared(connection: duckdb.DuckDBPyConnection) -> list[list[tuple[object, ...]]]:
    queries = (
        "SELECT record_id, golden_id FROM membership",
        "SELECT record_id, golden_id, valid_from, valid_to, cause, change, heir FROM ledger",
        "SELECT golden_id_from, golden_id_to, valid_from, valid_to FROM redirects",
        "SELECT golden_id, attribute, position, value, record_id, rule, support, claiming FROM golden_values",
        "SELECT golden_id, attribute, value, record_id, rule, support, claiming FROM conflicts",
    )
    return [sorted(connection.execute(query).fetchall(), key=str) for query in queries]


def as_rows(settled: Settled) -> list[list[tuple[object, ...]]]:
    ledger = settled.ledger
    rows: list[list[tuple[object, ...]]] = [
        list(ledger.membership().items()),
        [
            (r.record_id, r.golden_id, r.valid_from, r.valid_to, r.cause, str(r.change), r.heir)
            for r in ledger.rows
        ],
        [(r.golden_id_from, r.golden_id_to, r.valid_from, r.valid_to) for r in ledger.redirects],
        [
            (golden_id, v.attribute, v.position, v.value, v.record_id, v.rule, v.support, v.claiming)
            for golden_id, survivors in settled.survivors.items()
            for v in survivors.values
        ],
        [
            (golden_id, c.attribute, c.value, c.record_id, c.rule, c.support, c.claiming)
            for golden_id, survivors in settled.survivors.items()
            for c in survivors.conflicts
        ],
    ]
    return [sorted(part, key=str) for part in rows]


@settings(derandomize=True, max_examples=25, deadline=None)
@given(rounds=ROUNDS, clean=st.sampled_from([(), ("crm",), ("crm", "erp")]))
def test_both_forms_give_the_same_for_random_components(
    connection: duckdb.DuckDBPyConnection, rounds: list[Round], clean: tuple[str, ...]
) -> None:
    connection.execute(
        "DROP TABLE IF EXISTS membership; DROP TABLE IF EXISTS ledger; DROP TABLE IF EXISTS redirects;"
        "DROP TABLE IF EXISTS first_seen"
    )
    ledger = Ledger()
    for day, told in enumerate(rounds):
        now = START + timedelta(days=day)
        terms = Terms(Bridge(least_mean=0.5), clean, default_rules(), now, cause=f"round {day}")
        component = component_of(told)
        tell(connection, component)

        settle_all(connection, terms)
        settled = settle_component(component, terms, ledger)

        assert compared(connection) == as_rows(settled)
        ledger = settled.ledger


def test_a_removed_member_leaves_its_seed_with_the_others() -> None:
    terms = Terms(Bridge(), (), default_rules(), START, "run")
    links = {("crm:party:1", "erp:party:1"): (9, "plain")}
    whole = component_of((links, [0] * len(RECORDS), []))
    before = settle_component(whole, terms, Ledger()).ledger
    left = Component(PartyType.PERSON, {"erp:party:1": "erp"}, (), (), (), removed=["crm:party:1"])

    after = settle_component(left, terms, before)

    assert after.ledger.membership()["erp:party:1"] == seed_id("crm:party:1")
    assert "crm:party:1" not in after.ledger.membership()
