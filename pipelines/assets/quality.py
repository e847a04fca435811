"""Quality: what a person would ask of a run, as tables; `checks.py` judges them."""

import time
from typing import Any

import dagster as dg

from pipelines.assets.groups import OWNERS, Group
from pipelines.assets.home import HomeFolder
from pipelines.assets.measuring import (
    against_decisions,
    against_truth,
    cluster_shape,
    knows_a_record,
    review_share,
)
from pipelines.assets.pictures import rows_by_object
from pipelines.assets.resolution import resolution_key
from pipelines.assets.table_metadata import seconds_since, table_metadata

_COMPLETENESS = """
create or replace table quality.sync_completeness as
select source, object, counted_source, counted_warehouse, sampled_keys, matching_keys, proven_share, deletes,
    checked_at
from sync.completeness
qualify row_number() over (partition by source, object order by checked_at desc, load_id desc) = 1
order by source, object
"""
_FRESHNESS = """
create or replace table quality.source_freshness as
select source, object, max(ended_at) filter (status = 'complete') as synced_at,
    arg_max(status, ended_at) as last_status, arg_max_null(error, ended_at) as last_error
from sync.loads group by source, object order by source, object
"""
_QUALITY = """
create or replace table quality.resolution_quality (measure varchar, value double, measured_against varchar)
"""


@dg.asset(
    key=["quality", "sync_completeness"],
    group_name=Group.QUALITY.value,
    owners=[OWNERS[Group.QUALITY]],
    kinds={"duckdb", "sql"},
    deps=[dg.AssetKey(["publish", "version"])],
    description="The latest proof of each sync: what the source counts, what the warehouse holds, and how"
    " many sampled rows are equal.\n\nGrain: one row per (source, object).",
)
def sync_completeness(home: HomeFolder) -> dg.MaterializeResult[None]:
    """Write the latest proof of each object."""
    begun = time.perf_counter()
    with home.connect("measuring completeness", schema="quality") as connection:
        connection.execute(_COMPLETENESS)
        rows = connection.execute(
            "select source || '.' || object, counted_warehouse from quality.sync_completeness order by all"
        ).fetchall()
        metadata = table_metadata(connection, "quality.sync_completeness")
    return dg.MaterializeResult(
        metadata={
            **metadata,
            **seconds_since(begun),
            "rows by object": rows_by_object(dict(rows), title="rows in the raw layer"),
        }
    )


@dg.asset(
    key=["quality", "source_freshness"],
    group_name=Group.QUALITY.value,
    owners=[OWNERS[Group.QUALITY]],
    kinds={"duckdb", "sql"},
    deps=[dg.AssetKey(["publish", "version"])],
    description="When each object was last synced to the end, and what its last sync ran into.\n\n"
    "Grain: one row per (source, object).",
)
def source_freshness(home: HomeFolder) -> dg.MaterializeResult[None]:
    """Write how old each object is."""
    begun = time.perf_counter()
    with home.connect("measuring freshness", schema="quality") as connection:
        connection.execute(_FRESHNESS)
        metadata = table_metadata(connection, "quality.source_freshness")
    return dg.MaterializeResult(metadata={**metadata, **seconds_since(begun)})


@dg.asset(
    key=["quality", "resolution_quality"],
    group_name=Group.QUALITY.value,
    owners=[OWNERS[Group.QUALITY]],
    kinds={"duckdb", "python"},
    deps=[dg.AssetKey(["publish", "version"]), resolution_key("membership"), resolution_key("links")],
    description="How good the golden records are: precision and recall of pairs against known truth where"
    " there is any, against people's decisions, the share of pairs for review, and the largest cluster.\n\n"
    "Grain: one row per (measure, measured_against).",
)
def resolution_quality(home: HomeFolder) -> dg.MaterializeResult[None]:
    """Measure the golden records of this run."""
    begun = time.perf_counter()
    with home.connect("measuring quality", schema="quality") as connection:
        measured: list[tuple[str, float, str]] = []
        if home.truth.exists() and knows_a_record(connection, home.truth):  # precision_and_recall says else
            overall = against_truth(connection, home.truth).overall
            for name in ("pair_precision", "pair_recall", "pair_f1"):
                measured.append((name, float(getattr(overall, name).value), home.truth.name))
        decided = against_decisions(connection)
        for name, value in (("precision", decided.precision), ("recall", decided.recall)):
            measured += [] if value is None else [(f"pair_{name}", value, "decisions")]
        waiting, records = review_share(connection)
        clusters, largest, _ = cluster_shape(connection)
        measured += [
            ("pairs for review per record", waiting / records if records else 0.0, "links"),
            ("golden records", float(clusters), "membership"),
            ("records of the largest", float(largest), "membership"),
        ]
        connection.execute(_QUALITY)
        connection.executemany("insert into quality.resolution_quality values ($1, $2, $3)", measured)
        metadata: dict[str, Any] = table_metadata(connection, "quality.resolution_quality")
    figures = {f"{n} ({by})": v for n, v, by in measured}
    return dg.MaterializeResult(metadata={**metadata, **seconds_since(begun), **figures})
