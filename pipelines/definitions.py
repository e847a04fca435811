"""The composition root of Dagster, and the only Definitions: `dagster dev -m pipelines.definitions`.

Which sources there are is read from the home folder that CONCORD_HOME names (./.concord without it), so that
definitions belong to one tenant. Nothing is opened: sources.yml and the manifest of the models are files.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from pipelines.assets import publish, quality, resolution
from pipelines.assets.automation import change_sensor, daily_schedule, decision_sensor
from pipelines.assets.checks import CHECKS
from pipelines.assets.dbt_runs import prepare_manifest
from pipelines.assets.home import HomeFolder
from pipelines.assets.models import model_assets
from pipelines.assets.sync import sync_assets
from pipelines.assets.vectors import VECTORS, VECTORS_JOB, vectors, vectors_sensor
from pipelines.run_executor import run_executor
from pipelines.sync.sources import SOURCES_FILE, read_sources

HOME_VARIABLE = "CONCORD_HOME"
DEFAULT_HOME = ".concord"
JOB = "pipeline"


@dg.definitions
def definitions() -> dg.Definitions:
    """Return the definitions of the home folder that the environment names."""
    return build_definitions(Path(os.environ.get(HOME_VARIABLE, DEFAULT_HOME)))


def build_definitions(home: Path) -> dg.Definitions:
    """Return all assets, checks, the job that runs them in one process, its schedule and its sensors.

    Raises:
        SourcesFault: sources.yml is at fault; a home folder that has none yet has no sync assets.
        DbtFault: the dbt project cannot be parsed.
    """
    root = home.absolute()
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all() - dg.AssetSelection.assets(VECTORS),
        executor_def=run_executor,  # one process may write the warehouse
        description="Everything once: sync, model, resolve, publish one version, measure it.",
    )
    following = dg.define_asset_job(
        VECTORS_JOB,
        selection=dg.AssetSelection.assets(VECTORS),
        executor_def=run_executor,
        description="The vectors follow the visible version; they never hold up a run, nor fail one.",
    )
    return dg.Definitions(
        assets=pipeline_assets(root),
        asset_checks=list(CHECKS),
        jobs=[job, following],
        schedules=[daily_schedule(job)],
        sensors=[change_sensor(job), decision_sensor(job), vectors_sensor(following)],
        resources={"home": HomeFolder(path=str(root))},
        executor=run_executor,
    )


def pipeline_assets(root: Path) -> Sequence[dg.AssetsDefinition]:
    """Return the assets in order of flow."""
    sources = read_sources(root) if (root / SOURCES_FILE).exists() else ()
    models = model_assets(prepare_manifest(root))
    return [
        *([sync_assets(sources)] if sources else ()),
        *models,
        resolution.standardised_parties,
        resolution.links,
        resolution.settled_parties,
        publish.published_version,
        publish.analyst_copy(after=sorted(models[-1].keys, key=str)),
        quality.sync_completeness,
        quality.source_freshness,
        quality.resolution_quality,
        vectors,
    ]
