import pytest

from pipelines.assets.groups import OWNERS, Group
from pipelines.assets.home import HomeFolder
from pipelines.assets.quality import resolution_quality, source_freshness, sync_completeness
from pipelines.sync import tables

RUN = """
create schema resolution;
create table resolution.party_records (record_id varchar, is_deleted boolean);
create table resolution.membership as select * from (values
    ('crm:contact:1', 'g-1', 'person'), ('crm:contact:2', 'g-1', 'person'),
    ('erp:customer:3', 'g-2', 'person')
) as m(record_id, golden_id, party_type);
create table resolution.decisions as
    select 'crm:contact:1' as record_id_l, 'crm:contact:2' as record_id_r, 'match' as decision;
create table resolution.links as select * from (values
    ('crm:contact:1', 'crm:contact:2', 0.9, 'match', null),
    ('crm:contact:1', 'erp:customer:3', 0.4, 'review', null)
) as l(record_id_l, record_id_r, match_probability, band, veto);
"""


def _write(home: HomeFolder, *statements: str) -> None:
    with home.connect("a test") as connection:
        tables.prepare(connection)
        for statement in statements:
            connection.execute(statement)


def _rows(home: HomeFolder, query: str) -> list[tuple[object, ...]]:
    with home.connect("a test") as connection:
        found: list[tuple[object, ...]] = connection.execute(query).fetchall()
        return found


def _load(at: str, status: str, error: str | None) -> str:
    said = "null" if error is None else f"'{error}'"
    return (
        "insert into sync.loads (load_id, source, object, ended_at, status, error)"
        f" values ('{at}', 'crm', 'people', '{at}', '{status}', {said})"
    )


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        pytest.param(
            [("2024-05-01", "complete", None), ("2024-05-02", "failed", "down")],
            ("2024-05-01 00:00:00", "failed", "down"),
            id="a failure leaves the time of the last whole sync",
        ),
        pytest.param(
            [("2024-05-01", "failed", "down"), ("2024-05-02", "complete", None)],
            ("2024-05-02 00:00:00", "complete", None),
            id="a whole sync ends the fault of before",
        ),
        pytest.param([("2024-05-01", "failed", "down")], (None, "failed", "down"), id="never whole"),
    ],
)
def test_freshness_tells_what_the_last_sync_ran_into(
    home: HomeFolder, loads: list[tuple[str, str, str | None]], expected: tuple[str | None, ...]
) -> None:
    _write(home, *(_load(*load) for load in loads))

    source_freshness(home=home)

    query = "select synced_at::varchar, last_status, last_error from quality.source_freshness"
    assert _rows(home, query) == [expected]


def test_the_latest_proof_of_an_object_is_the_one_that_counts(home: HomeFolder) -> None:
    proof = "insert into sync.completeness values ('{}', 'crm', 'people', 9, {}, 9, 9, {}, 'none', '{}')"
    _write(home, proof.format("l-2", 9, 1.0, "2024-05-02"), proof.format("l-1", 3, 0.3, "2024-05-01"))

    found = sync_completeness(home=home)

    assert _rows(home, "select counted_warehouse, proven_share from quality.sync_completeness") == [(9, 1.0)]
    assert found.metadata["dagster/row_count"] == 1  # type: ignore[attr-defined]  # typed as object


def test_without_truth_a_run_is_measured_against_decisions_and_by_shape(home: HomeFolder) -> None:
    _write(home, RUN)

    resolution_quality(home=home)

    query = "select measure, measured_against, round(value, 3) from quality.resolution_quality order by all"
    assert _rows(home, query) == [
        ("golden records", "membership", 2.0),
        ("pair_precision", "decisions", 1.0),
        ("pair_recall", "decisions", 1.0),
        ("pairs for review per record", "links", 0.333),
        ("records of the largest", "membership", 2.0),
    ]


def test_truth_adds_its_own_measures(home: HomeFolder) -> None:
    _write(home, RUN)
    home.truth.write_text(
        "record_id,entity_id,record_type\n"
        + "".join(f"{record},e1,person\n" for record in ("crm:contact:1", "crm:contact:2", "erp:customer:3"))
    )

    resolution_quality(home=home)

    query = (
        "select measure, round(value, 3) from quality.resolution_quality"
        " where measured_against = 'truth.csv' order by all"
    )
    assert _rows(home, query) == [("pair_f1", 0.5), ("pair_precision", 1.0), ("pair_recall", 0.333)]


def test_a_truth_of_another_company_adds_nothing_and_stops_nothing(home: HomeFolder) -> None:
    _write(home, RUN)
    home.truth.write_text("record_id,entity_id,record_type\ncrm:contact:9,e1,person\n")

    resolution_quality(home=home)

    query = "select count(*) from quality.resolution_quality where measured_against = 'truth.csv'"
    assert _rows(home, query) == [(0,)]


def test_quality_is_measured_on_what_was_published() -> None:
    for asset in (sync_completeness, source_freshness, resolution_quality):
        (spec,) = asset.specs
        assert ["publish", "version"] in [list(dep.asset_key.path) for dep in spec.deps]
        assert (spec.group_name, spec.owners) == (Group.QUALITY.value, [OWNERS[Group.QUALITY]])
