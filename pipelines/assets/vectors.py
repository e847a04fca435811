"""The vectors as an asset: the index for search by meaning, which follows after a version is visible.

It has a job of its own, so that a run of the pipeline neither waits for embeddings nor fails with them; a
sensor starts it when the outbox holds something. What one run leaves undone, the next finds in the outbox.
"""

import os
import time
from collections.abc import Iterator

import dagster as dg
from dagster import DagsterRunStatus
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)  # not exported

from pipelines.assets.groups import OWNERS, Group
from pipelines.assets.home import HomeFolder
from pipelines.assets.publish import VERSION
from pipelines.assets.table_metadata import seconds_since
from pipelines.vectors.drain import DrainSummary
from pipelines.vectors.embedding import DIMENSIONS, MODEL
from pipelines.vectors.errors import DrainBusy, IndexUnreachable, NoStore, VectorError
from pipelines.vectors.following import Comparison, compare, existing_store, follow
from pipelines.vectors.store_outbox import StoreOutbox

VECTORS = dg.AssetKey(["publish", "vectors"])
VECTORS_JOB = "vectors"
SAME_POINTS = "index_holds_what_the_store_holds"
LOOK_EVERY_SECONDS = 30
UNDER_WAY = (
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
)
RETRIES = dg.RetryPolicy(max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL)  # a server that restarts
SHOWN = 5  # names of points in the words of a check
POINT = dg.TableSchema(
    columns=[
        dg.TableColumn(
            "vector", f"float[{DIMENSIONS}]", f"Meaning of the text, by {MODEL}; the text is not kept."
        ),
        dg.TableColumn("tenant_id", "keyword", "Whose point it is; every search names one."),
        dg.TableColumn("kind", "keyword", "`activity` or `customer`."),
        dg.TableColumn("key", "keyword", "The activity's id, or the party record's."),
        dg.TableColumn("source", "keyword", "The system it came from."),
        dg.TableColumn(
            "record_ids", "keyword[]", "The party records it is about; the ledger knows whose they are."
        ),
        dg.TableColumn("activity_kind", "keyword", "email, ticket, order and so on."),
        dg.TableColumn("occurred_at", "datetime", "When it happened (UTC)."),
    ]
)


FOLLOWED = dg.AssetSpec(
    VECTORS,
    deps=[VERSION],
    group_name=Group.PUBLISH.value,
    owners=[OWNERS[Group.PUBLISH]],
    kinds={"qdrant", "python"},
    description="The index for search by meaning: activities and summaries of party records, embedded on this"
    " machine. It follows the visible version through the outbox, in a run of its own; should it fail, the"
    " version stays in force and what is left waits.\n\nGrain: one point per (tenant, activity or party"
    " record); only what changed is embedded.",
)
COMPARED = dg.AssetCheckSpec(
    SAME_POINTS,
    asset=VECTORS,
    description="The index names exactly the activities and party records of the visible version that have a"
    " text; what the outbox still holds is no difference.",
)


@dg.multi_asset(name="embed", specs=[FOLLOWED], check_specs=[COMPARED], retry_policy=RETRIES)
def vectors(home: HomeFolder) -> Iterator[dg.MaterializeResult[None]]:
    """Embed what was published since the last time, take out what is gone, and compare index and store."""
    begun = time.perf_counter()
    with home.store() as (engine, _):
        try:
            done = follow(home.root, StoreOutbox(engine))
            found = compare(home.root, engine)
        except (IndexUnreachable, DrainBusy) as error:
            raise dg.Failure(str(error)) from error  # tried again by the policy
        except VectorError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        waiting = StoreOutbox(engine).count_pending()
    yield dg.MaterializeResult(
        asset_key=VECTORS,
        metadata={
            "dagster/row_count": found.points,
            "dagster/column_schema": POINT,
            **_metadata(done),
            "rows still pending": waiting,
            "place": "the Qdrant server at QDRANT_URL" if os.environ.get("QDRANT_URL") else "this machine",
            **seconds_since(begun),
        },
        check_results=[_judged(found)],
    )


def _metadata(done: DrainSummary) -> dict[str, int]:
    return {
        "points written": done.put,
        "points removed": done.removed,
        "texts embedded": done.embedded,
        "texts known already": done.known,
    }


def _judged(found: Comparison) -> dg.AssetCheckResult:
    words = f"all {found.points} points are those of the store"
    if not found.is_same:
        some = ", ".join(ref.key for ref in sorted(found.lacking | found.beyond)[:SHOWN])
        words = f"{len(found.lacking)} points are lacking and {len(found.beyond)} too many, such as {some}"
    return dg.AssetCheckResult(
        asset_key=VECTORS,
        check_name=SAME_POINTS,
        passed=found.is_same,
        description=words if found.is_same else f"{words}; `concord vectors rebuild` mends it",
        metadata={"points": found.points, "lacking": len(found.lacking), "too many": len(found.beyond)},
    )


def vectors_sensor(job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Return the sensor that lets the vectors follow; it is on from the start, since it only catches up."""

    @dg.sensor(
        name="vectors_follow",
        job=job,
        minimum_interval_seconds=LOOK_EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Embeds what was published, whenever the outbox holds something. A run that failed is not"
        " repeated before something else is published; materialise publish/vectors to repeat it sooner.",
    )
    def vectors_follow(
        context: dg.SensorEvaluationContext, home: HomeFolder
    ) -> Iterator[dg.RunRequest | dg.SkipReason]:
        try:
            pending = _pending(home)
        except NoStore as error:
            yield dg.SkipReason(str(error))
            return
        if not pending:
            yield dg.SkipReason("the vectors show all that is published")
            return
        last = next(iter(context.instance.get_runs(dg.RunsFilter(job_name=VECTORS_JOB), limit=1)), None)
        if last is not None and last.status in UNDER_WAY:
            yield dg.SkipReason(f"run {last.run_id} is at it")
            return
        if last is not None and last.status is DagsterRunStatus.FAILURE and context.cursor == pending:
            yield dg.SkipReason(f"run {last.run_id} failed on the same rows; see there what to do")
            return
        context.update_cursor(pending)
        yield dg.RunRequest()

    return vectors_follow


def _pending(home: HomeFolder) -> str:
    engine = existing_store(home.root)
    try:
        return StoreOutbox(engine).newest_pending()
    finally:
        engine.dispose()
