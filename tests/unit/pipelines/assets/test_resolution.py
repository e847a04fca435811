import dagster as dg
import pytest

from pipelines.assets.groups import OWNERS, Group
from pipelines.assets.home import HomeFolder
from pipelines.assets.resolution import links, resolution_key, settled_parties, standardised_parties

STEPS = (standardised_parties, links, settled_parties)
SPECS = [spec for step in STEPS for spec in step.specs]


def _depends_on(spec: dg.AssetSpec) -> set[str]:
    return {".".join(dep.asset_key.path) for dep in spec.deps}


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key.to_user_string())
def test_a_table_states_its_grain_its_group_and_its_owner(spec: dg.AssetSpec) -> None:
    assert "\n\nGrain: one row per " in (spec.description or "")
    assert (spec.group_name, spec.owners) == (Group.RESOLUTION.value, [OWNERS[Group.RESOLUTION]])
    assert "duckdb" in spec.kinds


def test_parties_flow_through_standardised_records_and_links_to_golden_records() -> None:
    found = {".".join(spec.key.path): _depends_on(spec) for spec in SPECS}
    records = {"resolution.party_records", "resolution.claims"}
    settled = ("membership", "golden_values", "conflicts", "ledger")

    assert found == {
        **{table: {"intermediate.int_party_records"} for table in records},
        "resolution.links": records,
        **{f"resolution.{table}": {*records, "resolution.links"} for table in settled},
    }


def test_nothing_is_settled_before_a_model_is_promoted(home: HomeFolder) -> None:
    with pytest.raises(dg.Failure, match="materialise resolution/links first"):
        list(settled_parties(home=home))  # type: ignore[call-overload]  # Dagster types a call as object

    assert not home.warehouse.exists()


def test_a_resolution_table_is_keyed_by_its_schema() -> None:
    assert resolution_key("links") == dg.AssetKey(["resolution", "links"])
