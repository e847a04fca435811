import dagster as dg
import duckdb
import pytest

from pipelines.assets.groups import Group
from pipelines.assets.home import HomeFolder
from pipelines.assets.publish import PUBLISHED, VERSION, analyst_copy, published_version


def test_a_version_waits_for_all_that_it_holds() -> None:
    for spec in PUBLISHED:
        waits_for = {".".join(dep.asset_key.path) for dep in spec.deps}

        assert waits_for == {
            *(f"resolution.{table}" for table in ("party_records", "claims", "links", "membership")),
            *(f"resolution.{table}" for table in ("golden_values", "conflicts", "ledger")),
            *(f"intermediate.int_{table}" for table in ("activities", "activity_parties", "relationships")),
        }
        assert spec.group_name == Group.PUBLISH.value


def test_nothing_is_published_before_a_model_is_promoted(home: HomeFolder) -> None:
    with pytest.raises(dg.Failure, match="materialise resolution/links first"):
        list(published_version(home=home))  # type: ignore[call-overload]  # Dagster types a call as object

    assert not home.warehouse.exists()


def test_analysts_get_the_warehouse_as_it_stands_at_the_end_of_a_run(home: HomeFolder) -> None:
    copy = analyst_copy(after=[])
    tables = []
    for table in ("parties", "orders"):
        with home.connect("a test") as connection:
            connection.execute(f"create table {table} as select 1 as id")

        told = copy(home=home)

        with duckdb.connect(str(home.analyst_copy), read_only=True) as reader:
            tables.append(sorted(name for (name,) in reader.execute("show tables").fetchall()))
        assert told.metadata["tables"] == len(tables[-1])  # type: ignore[attr-defined]  # typed as object

    assert tables == [["parties"], ["orders", "parties"]]
    assert not home.analyst_copy.with_name("analyst.duckdb.part").exists()


def test_an_analyst_who_reads_does_not_stop_the_next_copy(home: HomeFolder) -> None:
    with home.connect("a test") as connection:
        connection.execute("create table parties as select 1 as id")
    copy = analyst_copy(after=[])
    copy(home=home)

    with duckdb.connect(str(home.analyst_copy), read_only=True) as reader:
        copy(home=home)

        assert reader.execute("select id from parties").fetchall() == [(1,)]


def test_the_copy_is_taken_after_the_marts_and_the_version() -> None:
    mart = dg.AssetKey(["marts", "people"])

    (spec,) = analyst_copy(after=[mart]).specs

    assert {dep.asset_key for dep in spec.deps} == {mart, VERSION}
