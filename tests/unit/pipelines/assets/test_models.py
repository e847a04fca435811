from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.assets.dbt_runs import prepare_manifest
from pipelines.assets.groups import OWNERS, Group
from pipelines.assets.home import HomeFolder
from pipelines.assets.models import CatalogueTranslator, model_assets


@pytest.mark.parametrize(
    ("schema", "group"),
    [("staging", Group.STAGING), ("intermediate", Group.MODEL), ("marts", Group.PUBLISH)],
)
def test_a_model_is_of_the_group_of_its_schema(schema: str, group: Group) -> None:
    translator, told = CatalogueTranslator(), {"config": {"schema": schema}}

    assert translator.get_group_name(told) == group.value
    assert translator.get_owners(told) == [OWNERS[group]]


@pytest.mark.parametrize("config", [{}, {"schema": None}, {"schema": "elsewhere"}])
def test_a_model_of_another_schema_is_of_no_group(config: dict[str, Any]) -> None:
    assert CatalogueTranslator().get_group_name({"config": config}) is None
    assert CatalogueTranslator().get_owners({"config": config}) is None


def test_a_description_is_the_words_of_the_model_without_its_sql() -> None:
    told = {"description": "Everyone we know.", "raw_code": "select 1"}

    assert CatalogueTranslator().get_description(told) == "Everyone we know."
    assert CatalogueTranslator().get_description({"raw_code": "select 1"}) == ""


def test_a_step_tells_what_it_built_and_fails_with_its_tests(home: HomeFolder, project: Path) -> None:
    (project / "models" / "people.sql").write_text("{{ config(schema='marts') }} select 1 as id")
    before, _ = model_assets(prepare_manifest(home.root, project=project), project=project)

    run = dg.materialize([before], resources={"home": home}, raise_on_error=False)

    (event,) = run.asset_materializations_for_node("models")
    (check,) = run.get_asset_check_evaluations()
    (failed,) = run.get_step_failure_events()
    assert event.asset_key.path[-1] == "parties"
    assert event.metadata["dagster/row_count"].value == 2
    assert (check.check_name, check.passed) == ("not_null_parties_name", False)
    assert check.metadata["failing rows"].value == 1
    assert "not_null_parties_name" in str(failed.step_failure_data.error)
