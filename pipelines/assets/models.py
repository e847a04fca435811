"""The dbt models as assets, and their tests as checks: two steps, before and after resolution.

Names, descriptions, columns and lineage come from the dbt project; group, owner and kind are added here.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from pipelines import warehouse
from pipelines.assets.dbt_runs import PROJECT, NodeResult, build
from pipelines.assets.groups import OWNERS, Group
from pipelines.assets.home import HomeFolder
from pipelines.assets.table_metadata import table_metadata

BEFORE_RESOLUTION = "config.schema:staging config.schema:intermediate"
AFTER_PUBLISH = "config.schema:marts"
GROUPS = {"staging": Group.STAGING, "intermediate": Group.MODEL, "marts": Group.PUBLISH}
BUILT = ("model.", "seed.", "snapshot.")  # nodes that leave a table or view
SHOWN_FAULTS = 5

Event = dg.MaterializeResult[None] | dg.AssetCheckResult


class CatalogueTranslator(DagsterDbtTranslator):
    """Gives every model its group, owner and description, by the schema that it is built in."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the stage of the flow."""
        group = GROUPS.get(str(dbt_resource_props["config"].get("schema")))
        return group.value if group else None

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str] | None:
        """Return who answers for the stage."""
        group = GROUPS.get(str(dbt_resource_props["config"].get("schema")))
        return [OWNERS[group]] if group else None

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the model's own words, without its SQL: the catalogue is for readers."""
        return str(dbt_resource_props.get("description") or "")


def model_assets(manifest: Path, *, project: Path = PROJECT) -> list[dg.AssetsDefinition]:
    """Return the step that builds staging and intermediate models, and the one that builds the marts."""
    document = json.loads(manifest.read_text(encoding="utf-8"))
    return [
        _step("models", BEFORE_RESOLUTION, manifest=document, project=project),
        _step("marts", AFTER_PUBLISH, manifest=document, project=project),
    ]


def _step(name: str, selection: str, *, manifest: Mapping[str, Any], project: Path) -> dg.AssetsDefinition:
    translator = CatalogueTranslator()

    @dbt_assets(manifest=manifest, select=selection, name=name, dagster_dbt_translator=translator)
    def build_models(context: dg.AssetExecutionContext, home: HomeFolder) -> Iterator[Event]:
        with warehouse.hold(home.root, purpose=f"dbt build of {name}"):
            results = build(home.root, selection, project=project)
        catalogue = _Catalogue(manifest, translator)
        with home.connect(f"looking at {name}") as connection:
            for result in results:
                if result.unique_id.startswith(BUILT) and result.is_success:
                    key = catalogue.key(result.unique_id)
                    schema, table = catalogue.node(result.unique_id)["schema"], key.path[-1]
                    told = catalogue.columns(result.unique_id)
                    metadata = table_metadata(connection, f"{schema}.{table}", descriptions=told)
                    yield dg.MaterializeResult(
                        asset_key=key, metadata={**metadata, "seconds": round(result.seconds, 3)}
                    )
        yield from _checks(context, catalogue, results)
        _refuse_faults(name, results)

    return build_models


class _Catalogue:
    """What the manifest says, in Dagster's keys."""

    def __init__(self, manifest: Mapping[str, Any], translator: DagsterDbtTranslator) -> None:
        self._manifest = manifest
        self._translator = translator

    def node(self, unique_id: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._manifest["nodes"][unique_id]
        return found

    def key(self, unique_id: str) -> dg.AssetKey:
        return self._translator.get_asset_key(self.node(unique_id))

    def columns(self, unique_id: str) -> dict[str, str]:
        columns = self.node(unique_id)["columns"].values()
        return {column["name"]: column["description"] for column in columns if column["description"]}

    def check(self, unique_id: str) -> dg.AssetCheckKey | None:
        return get_asset_check_key_for_test(self._manifest, self._translator, unique_id, None)


def _checks(
    context: dg.AssetExecutionContext, catalogue: _Catalogue, results: list[NodeResult]
) -> Iterator[dg.AssetCheckResult]:
    told = {check: result for result in results if (check := catalogue.check(result.unique_id)) is not None}
    for check in sorted(context.selected_asset_check_keys, key=str):
        result = told.get(check)
        if result is None:
            continue
        severity = str(catalogue.node(result.unique_id)["config"].get("severity", "error")).lower()
        yield dg.AssetCheckResult(
            asset_key=check.asset_key,
            check_name=check.name,
            passed=result.is_success,
            severity=dg.AssetCheckSeverity.WARN if severity == "warn" else dg.AssetCheckSeverity.ERROR,
            description=result.message or result.status,
            metadata={"failing rows": result.failures, "seconds": round(result.seconds, 3)},
        )


def _refuse_faults(name: str, results: list[NodeResult]) -> None:
    """Fail the step where a model could not be built, or a test of severity error failed."""
    faults = [r for r in results if r.status in {"error", "fail", "runtime error"}]
    if faults:
        said = "; ".join(f"{r.unique_id}: {r.message or r.status}" for r in faults[:SHOWN_FAULTS])
        message = f"dbt build of {name}: {len(faults)} of {len(results)} nodes failed: {said}"
        raise dg.Failure(" ".join(message.split()))
