from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from pipelines.assets.checks import (
    CHECKS,
    cluster_size_outliers,
    completeness,
    decisions_are_kept,
    freshness,
    precision_and_recall,
    share_in_review,
)
from pipelines.assets.home import HomeFolder

TABLES = """
create schema resolution;
create schema quality;
create table resolution.party_records (record_id varchar, is_deleted boolean);
create table resolution.membership (record_id varchar, golden_id varchar, party_type varchar);
create table resolution.decisions (record_id_l varchar, record_id_r varchar, decision varchar);
create table resolution.links (
    record_id_l varchar, record_id_r varchar, match_probability double, band varchar, veto varchar);
create table quality.sync_completeness (source varchar, object varchar, proven_share double);
create table quality.source_freshness (
    source varchar, object varchar, synced_at timestamp, last_status varchar, last_error varchar);
"""


def _write(home: HomeFolder, *statements: str) -> None:
    with home.connect("a test") as connection:
        connection.execute(TABLES)
        for statement in statements:
            connection.execute(statement)


def _clusters(*sizes: int) -> str:
    return "insert into resolution.membership " + " union all ".join(
        f"select 'crm:contact:{size}-' || range, 'g-{size}', 'person' from range({size})" for size in sizes
    )


@pytest.mark.parametrize(("largest", "passed"), [(50, True), (51, False)])
def test_a_cluster_past_the_largest_is_an_outlier(home: HomeFolder, largest: int, passed: bool) -> None:
    _write(home, _clusters(largest, 2))

    found = cluster_size_outliers(home=home)

    assert isinstance(found, dg.AssetCheckResult)
    assert found.passed is passed
    assert found.description == f"the largest of 2 golden records, g-{largest}, holds {largest} records"


@pytest.mark.parametrize(("records", "passed"), [(4, True), (3, False), (0, True)])
def test_more_than_a_quarter_in_review_is_a_warning(home: HomeFolder, records: int, passed: bool) -> None:
    pair = "insert into resolution.links values ('crm:contact:4-0', 'crm:contact:4-1', 0.4, 'review', null)"
    _write(home, *([_clusters(records), pair] if records else []))

    found = share_in_review(home=home)

    assert isinstance(found, dg.AssetCheckResult)
    assert (found.passed, found.severity) == (passed, dg.AssetCheckSeverity.WARN)


def test_known_truth_goes_before_decisions(home: HomeFolder) -> None:
    _write(home, _clusters(2))
    told = "crm:contact:2-0,p-1,person\ncrm:contact:2-1,p-1,person\n"
    home.truth.write_text(f"record_id,entity_id,record_type\n{told}", encoding="utf-8")

    found = precision_and_recall(home=home)

    assert isinstance(found, dg.AssetCheckResult)
    assert (found.passed, found.description) == (True, "precision 1.000, recall 1.000, against truth.csv")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param("", id="no-record"),
        pytest.param("crm:contact:9,p-1,person\n", id="records-of-another-company"),
        pytest.param("crm:contact:2-0,p-1,person\n", id="a-record-that-was-deleted"),
    ],
)
def test_a_truth_of_another_company_warns_and_measures_nothing(home: HomeFolder, rows: str) -> None:
    _write(home, _clusters(3), "insert into resolution.party_records values ('crm:contact:2-0', true)")
    home.truth.write_text(f"record_id,entity_id,record_type\n{rows}", encoding="utf-8")

    found = precision_and_recall(home=home)

    assert isinstance(found, dg.AssetCheckResult)
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert str(found.description).startswith("nothing measured: truth.csv tells of no record of this run")


def test_a_broken_decision_fails_and_its_precision_is_told(home: HomeFolder) -> None:
    parted = "insert into resolution.decisions values ('crm:contact:2-0', 'crm:contact:2-1', 'no_match')"
    linked = "insert into resolution.links values ('crm:contact:2-0', 'crm:contact:2-1', 0.9, 'match', null)"
    matched = "insert into resolution.decisions values ('crm:contact:2-0', 'crm:contact:3-1', 'match')"
    _write(home, _clusters(2, 3), parted, linked, matched)

    kept, measured = decisions_are_kept(home=home), precision_and_recall(home=home)

    assert isinstance(kept, dg.AssetCheckResult)
    assert isinstance(measured, dg.AssetCheckResult)
    assert (kept.passed, kept.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert kept.description == "2 of 2 decided pairs stand against their decision"
    assert not measured.passed
    assert measured.description == "precision 0.000, recall 0.000, against 2 decided pairs"


def test_nothing_to_measure_against_is_said_and_passes(home: HomeFolder) -> None:
    _write(home, _clusters(2))

    found = precision_and_recall(home=home)

    assert isinstance(found, dg.AssetCheckResult)
    assert found.passed
    assert found.description == "no truth and no decisions to measure against"


def test_almost_whole_is_not_shown_as_whole(home: HomeFolder) -> None:
    proofs = "insert into quality.sync_completeness values ('crm', 'people', 0.9999), ('erp', 'orders', 1)"
    _write(home, proofs)

    found = completeness(home=home)

    assert isinstance(found, dg.AssetCheckResult)
    assert (found.passed, found.description) == (False, "crm.people: 99.9%")


def test_stale_objects_are_named_with_what_their_sync_ran_into(home: HomeFolder) -> None:
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)  # DuckDB drops zeros at the end of a second
    fresh, old = now - timedelta(hours=35), now - timedelta(hours=37)
    _write(
        home,
        f"""insert into quality.source_freshness values
        ('crm', 'people', '{fresh}', 'failed', 'down'), ('erp', 'orders', '{old}', 'complete', null),
        ('itsm', 'tickets', null, 'failed', 'the password is refused')""",
    )

    found = freshness(home=home)

    assert isinstance(found, dg.AssetCheckResult)
    assert not found.passed
    assert found.description == (f"erp.orders: not synced since {old}; itsm.tickets: the password is refused")


def test_no_check_stops_a_run() -> None:
    assert [spec.name for check in CHECKS for spec in check.check_specs if spec.blocking] == []
