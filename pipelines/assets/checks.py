"""Checks: the judgements on a run. None stops it; a failed one says what was found and what was expected.

dbt's tests are checks of their models, and each raw table has its own two (sync.py).
"""

import math
from datetime import UTC, datetime, timedelta

import dagster as dg

from pipelines import warehouse
from pipelines.assets.dbt_runs import NodeResult, source_freshness
from pipelines.assets.home import HomeFolder
from pipelines.assets.measuring import (
    against_decisions,
    against_truth,
    cluster_shape,
    knows_a_record,
    review_share,
)
from pipelines.assets.resolution import resolution_key

LEAST_PRECISION = 0.90  # against known truth; under it, people would stop trusting golden records
LEAST_RECALL = 0.75  # missed links cost less than false ones, and stewards find them in review
LARGEST_CLUSTER = 50  # records; a party that many records know is rare, a chain of false links is not
MOST_IN_REVIEW = 0.25  # pairs for review per live record: past it, nobody reads the queue
FRESH_WITHIN = timedelta(hours=36)  # a daily schedule, and half a day for a run that had to be repeated

_UNPROVEN = """
select source || '.' || object, proven_share from quality.sync_completeness where proven_share < 1
order by all
"""
_STALE = """
select source || '.' || object,
    coalesce(last_error, 'not synced since ' || synced_at::varchar, 'never synced')
from quality.source_freshness where synced_at is null or synced_at < $1 order by all
"""


@dg.asset_check(
    asset=resolution_key("membership"),
    description=f"Pairs of records in one golden record: precision at least {LEAST_PRECISION}, recall at"
    f" least {LEAST_RECALL}, against truth.csv where there is one, else against people's decisions.",
)
def precision_and_recall(home: HomeFolder) -> dg.AssetCheckResult:
    """Measure precision and recall; with nothing to measure against, say so and pass.

    A truth that tells of no record of the run is somebody's mistake: it warns, and nothing is measured.
    """
    with home.connect("checking precision and recall") as connection:
        if home.truth.exists():
            if not knows_a_record(connection, home.truth):
                return _foreign_truth(home)
            overall = against_truth(connection, home.truth).overall
            measured = (overall.pair_precision.value, overall.pair_recall.value)
            return _precision_result(*measured, by=home.truth.name)
        decided = against_decisions(connection)
    if decided.precision is None or decided.recall is None:
        return dg.AssetCheckResult(passed=True, description="no truth and no decisions to measure against")
    return _precision_result(decided.precision, decided.recall, by=f"{decided.pairs} decided pairs")


def _foreign_truth(home: HomeFolder) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"nothing measured: {home.truth.name} tells of no record of this run; it has one row per"
        " record, and its record_id is `source:object:id` as in resolution.party_records",
    )


def _precision_result(precision: float, recall: float, *, by: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=precision >= LEAST_PRECISION and recall >= LEAST_RECALL,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"precision {precision:.3f}, recall {recall:.3f}, against {by}",
        metadata={"precision": precision, "recall": recall, "measured against": by},
    )


@dg.asset_check(
    asset=resolution_key("membership"),
    description="No golden record parts two records that a person matched, or holds two that were parted.",
)
def decisions_are_kept(home: HomeFolder) -> dg.AssetCheckResult:
    """Count decided pairs that stand against their decision (law 2)."""
    with home.connect("checking decisions") as connection:
        decided = against_decisions(connection)
    return dg.AssetCheckResult(
        passed=decided.broken == 0,
        description=f"{decided.broken} of {decided.pairs} decided pairs stand against their decision",
        metadata={"decided pairs": decided.pairs, "broken": decided.broken},
    )


@dg.asset_check(
    asset=resolution_key("membership"),
    description=f"No golden record holds more than {LARGEST_CLUSTER} records.",
)
def cluster_size_outliers(home: HomeFolder) -> dg.AssetCheckResult:
    """Look for a cluster that is too large to be one party."""
    with home.connect("checking cluster sizes") as connection:
        clusters, largest, golden_id = cluster_shape(connection)
    return dg.AssetCheckResult(
        passed=largest <= LARGEST_CLUSTER,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"the largest of {clusters} golden records, {golden_id}, holds {largest} records",
        metadata={"largest": largest, "golden records": clusters},
    )


@dg.asset_check(
    asset=resolution_key("links"),
    additional_deps=[resolution_key("membership")],
    description=f"At most {MOST_IN_REVIEW} pairs for review per live record.",
)
def share_in_review(home: HomeFolder) -> dg.AssetCheckResult:
    """Compare the pairs that wait for a person with the number of records."""
    with home.connect("checking the share in review") as connection:
        waiting, records = review_share(connection)
    share = waiting / records if records else 0.0
    return dg.AssetCheckResult(
        passed=share <= MOST_IN_REVIEW,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{waiting} pairs for review among {records} records",
        metadata={"share": share, "pairs for review": waiting},
    )


@dg.asset_check(
    asset=dg.AssetKey(["quality", "sync_completeness"]),
    description="Every object is proven whole: same count, same sampled rows as its source.",
)
def completeness(home: HomeFolder) -> dg.AssetCheckResult:
    """List the objects whose latest proof is not whole."""
    with home.connect("checking completeness") as connection:
        found = connection.execute(_UNPROVEN).fetchall()
    said = "; ".join(f"{name}: {math.floor(share * 1000) / 10:.1f}%" for name, share in found)
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=said or "every object is proven whole",
        metadata={"objects not proven whole": len(found)},
    )


@dg.asset_check(
    asset=dg.AssetKey(["quality", "source_freshness"]),
    description=f"Every object was synced to the end within {FRESH_WITHIN.total_seconds() / 3600:.0f} hours.",
)
def freshness(home: HomeFolder) -> dg.AssetCheckResult:
    """List the objects that were not synced for too long, with what their last sync ran into."""
    oldest = datetime.now(UTC).replace(tzinfo=None) - FRESH_WITHIN
    with home.connect("checking freshness") as connection:
        found = connection.execute(_STALE, [oldest]).fetchall()
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{name}: {why}" for name, why in found) or "every object is fresh",
        metadata={"stale objects": len(found)},
    )


@dg.asset_check(
    asset=dg.AssetKey(["quality", "source_freshness"]),
    description="dbt source freshness: every raw table that models read was synced within the terms of its"
    " source, which stand in `dbt/models/staging`.",
)
def freshness_terms(home: HomeFolder) -> dg.AssetCheckResult:
    """List the raw tables that are past the terms of their source; past the second term it is an error."""
    with warehouse.hold(home.root, purpose="dbt source freshness"):
        results = source_freshness(home.root)
    late = [result for result in results if not result.is_success]
    is_error = any(result.status != "warn" for result in late)
    return dg.AssetCheckResult(
        passed=not late,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{_table(result)}: {result.message}" for result in late)
        or f"all {len(results)} raw tables are within their terms",
        metadata={"raw tables": len(results), "past their terms": len(late)},
    )


def _table(result: NodeResult) -> str:
    return ".".join(result.unique_id.split(".")[2:])


CHECKS = (
    precision_and_recall,
    decisions_are_kept,
    cluster_size_outliers,
    share_in_review,
    completeness,
    freshness,
    freshness_terms,
)
