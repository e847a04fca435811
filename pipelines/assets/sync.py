"""Sync: every object of every source as an asset, the raw layer of the warehouse.

One step reads all sources side by side. What one source suffers, the others do not: a source that is down,
too slow or answers in part leaves the rows of before in force, and its checks say which object and why; the
run goes on.
"""

import math
from collections.abc import Iterator, Sequence

import dagster as dg
import duckdb

from pipelines.assets.groups import OWNERS, Group
from pipelines.assets.home import HomeFolder
from pipelines.assets.pictures import SHOWN_LOADS, LoadVolume, sync_volume
from pipelines.assets.table_metadata import table_metadata
from pipelines.connectors.files import FilesSettings
from pipelines.connectors.sql import SqlSettings
from pipelines.errors import NothingSynced
from pipelines.sync.engine import SyncOptions, sync
from pipelines.sync.progress import listener
from pipelines.sync.settling import ObjectResult
from pipelines.sync.sources import Source
from pipelines.sync.summary import drift_words

# The columns that sync adds to those of the source.
OWN_COLUMNS = {
    "_record_key": "The row's key at its source, as text; of several columns, joined.",
    "_source_time": "When the source last changed the row, by its own clock.",
    "_is_deleted": "Whether the row is gone at its source.",
    "_content_hash": "Hash of what the source holds; a row that has not changed is not written again.",
    "_load_id": "The load that last wrote the row.",
    "_synced_at": "When that was (UTC).",
}
_LOADS = """
select started_at, coalesce(rows_upserted, 0), coalesce(rows_deleted, 0), coalesce(rows_quarantined, 0)
from sync.loads where source = $1 and object = $2 order by started_at desc limit $3
"""
ANSWERED = "source_answered"
PROVEN = "proven_complete"
STEP = "sync"


def raw_key(source: str, object_name: str) -> dg.AssetKey:
    """Return the asset key of a raw table; dbt's sources carry the same."""
    return dg.AssetKey([f"raw_{source}", object_name])


def sync_assets(sources: Sequence[Source]) -> dg.AssetsDefinition:
    """Return the step that syncs the sources, with an asset and two checks for each of their objects."""
    objects = [(source, name) for source in sources for name in source.object_names]

    @dg.multi_asset(
        name=STEP,
        specs=[_spec(source, name) for source, name in objects],
        check_specs=[check for source, name in objects for check in _check_specs(source, name)],
    )
    def sync_sources(home: HomeFolder) -> Iterator[dg.MaterializeResult[None]]:
        with home.connect("syncing") as connection:
            options = SyncOptions(progress=listener())
            results = sync(
                connection, sources, home=home.root, open_connector=home.connector, options=options
            )
            never: list[ObjectResult] = []
            for result in results:
                if _is_there(connection, result.source, name=result.object_name):
                    yield _materialised(connection, result)
                else:
                    never.append(result)
        if never:
            raise NothingSynced([(r.source, r.object_name, r.error or "no rows came") for r in never])

    return sync_sources


def _materialised(connection: duckdb.DuckDBPyConnection, result: ObjectResult) -> dg.MaterializeResult[None]:
    source, name = result.source, result.object_name
    return dg.MaterializeResult(
        asset_key=raw_key(source, name),
        metadata={
            **table_metadata(connection, f"raw_{source}.{name}", descriptions=OWN_COLUMNS),
            **_metadata(result),
            "sync volume": _volume(connection, source, name=name),
        },
        check_results=list(_check_results(result)),
    )


def _volume(connection: duckdb.DuckDBPyConnection, source: str, *, name: str) -> dg.MarkdownMetadataValue:
    loads = connection.execute(_LOADS, [source, name, SHOWN_LOADS]).fetchall()
    return sync_volume([LoadVolume(*load) for load in loads], title=f"{name} of {source}")


def _is_there(connection: duckdb.DuckDBPyConnection, source: str, *, name: str) -> bool:
    query = "select 1 from duckdb_tables() where schema_name = $1 and table_name = $2"
    return connection.execute(query, [f"raw_{source}", name]).fetchone() is not None


def _spec(source: Source, name: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        raw_key(source.name, name),
        description=f"`{name}` as {source.name} holds it, raw, with key, source time, tombstone flag, content"
        " hash and load of each row.\n\nGrain: one row per `_record_key`; a deleted row stays with its last"
        " content, where the source lets deletions be seen.",
        group_name=Group.SYNC.value,
        owners=[OWNERS[Group.SYNC]],
        kinds={_kind(source), "dlt", "duckdb"},
    )


def _kind(source: Source) -> str:
    if isinstance(source.settings, SqlSettings):
        return "sql"
    return "file" if isinstance(source.settings, FilesSettings) else "email"


def _check_specs(source: Source, name: str) -> Iterator[dg.AssetCheckSpec]:
    key = raw_key(source.name, name)
    yield dg.AssetCheckSpec(ANSWERED, asset=key, description="The source answered, and to the end.")
    yield dg.AssetCheckSpec(
        PROVEN,
        asset=key,
        description="Count and a sample of whole rows are the source's; rows in quarantine are missing.",
    )


def _check_results(result: ObjectResult) -> Iterator[dg.AssetCheckResult]:
    key = raw_key(result.source, result.object_name)
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name=ANSWERED,
        passed=result.status == "complete",
        severity=dg.AssetCheckSeverity.ERROR,
        description=result.error or "answered to the end",
        metadata={"status": result.status},
    )
    share = result.proven_share
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name=PROVEN,
        passed=share is not None and share >= 1.0,
        severity=dg.AssetCheckSeverity.WARN,
        description=_proof_words(share),
        metadata={"proven share": -1.0 if share is None else share, "deletes": result.deletes or "not told"},
    )


def _proof_words(share: float | None) -> str:
    if share is None:
        return "not proven by this run"
    return f"{math.floor(share * 1000) / 10:.1f}% of the source is proven here"  # 99.99 % is not all


def _metadata(result: ObjectResult) -> dict[str, str | int | float]:
    return {
        "rows read": result.rows_read,
        "rows upserted": result.upserted,
        "rows deleted": result.deleted,
        "rows quarantined": result.quarantined,
        "seconds": round(result.seconds, 3),
        "status": result.status,
        **({"columns that changed": "; ".join(map(drift_words, result.drift))} if result.drift else {}),
        **({"error": result.error} if result.error else {}),
    }
