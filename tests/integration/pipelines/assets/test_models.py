from pathlib import Path

import dagster as dg
import pytest

from pipelines.assets.dbt_runs import prepare_manifest
from pipelines.assets.home import HomeFolder
from pipelines.assets.models import model_assets
from pipelines.warehouse import connect


def test_models_before_resolution_and_marts_after_publish_are_two_steps(company: Path) -> None:
    models, marts = model_assets(prepare_manifest(company))

    assert dg.AssetKey(["intermediate", "int_party_records"]) in models.keys
    assert {key.path[0] for key in marts.keys} == {"marts"}
    assert dg.AssetKey(["resolution", "golden_membership"]) in marts.dependency_keys
    assert models.check_specs
    assert marts.check_specs


def test_a_model_that_cannot_be_built_fails_the_step_and_is_named(copied: Path) -> None:
    with connect(copied) as connection:
        connection.execute("drop table resolution.golden_membership")
    _, marts = model_assets(prepare_manifest(copied))

    with pytest.raises(dg.Failure, match=r"dbt build of marts: .* nodes failed: .*golden_membership"):
        dg.materialize([marts], resources={"home": HomeFolder(path=str(copied))})
