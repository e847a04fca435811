"""Publish: one atomic version of the context store, and the analysts' copy of the warehouse."""

import shutil
import time
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg
import duckdb

from context_api.errors import StaleResult
from context_api.store.golden_records import GoldenRecord
from pipelines.assets.groups import OWNERS, Group
from pipelines.assets.home import RESOLUTION, HomeFolder
from pipelines.assets.promoted_model import promoted_model
from pipelines.assets.resolution import SETTLED, STANDARDISED, resolution_key
from pipelines.assets.table_metadata import seconds_since, table_metadata
from pipelines.publish import PublishSummary, publish
from pipelines.settling_on_store import settle_on_store

VERSION = dg.AssetKey(["publish", "version"])
OF_OWNER_AND_GROUP = 0o640  # the warehouse is its owner's alone; analysts share a group with the home folder
ANALYST_COPY = dg.AssetKey(["publish", "analyst_copy"])
_SAID_OF = {
    "tenant_id": "Whose golden record it is.",
    "published_from": "First version that shows the row.",
    "published_to": "First version that no longer does; empty while it is in force.",
    "golden_id": "Opaque, stable, never given to another party.",
    "entity_version": "Rises exactly when content or membership changes.",
    "party_type": "person or organization.",
    "size": "How many records it holds.",
    "content_hash": "Hash of its values and conflicts: equal hashes, nothing changed.",
}
ACTIVITIES = [
    dg.AssetKey(["intermediate", name])
    for name in ("int_activities", "int_activity_parties", "int_relationships")
]


def _spec(
    key: dg.AssetKey, description: str, *, deps: Sequence[dg.AssetKey], kinds: set[str]
) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        deps=deps,
        description=description,
        group_name=Group.PUBLISH.value,
        owners=[OWNERS[Group.PUBLISH]],
        kinds=kinds,
    )


_GOLDEN_RECORDS = "select count(distinct golden_id) from resolution.golden_membership"
_GOLDEN = dg.TableSchema(
    columns=[
        dg.TableColumn(str(column.name), str(column.type), _SAID_OF.get(str(column.name)))
        for column in GoldenRecord.__table__.columns  # type: ignore[attr-defined]
    ]
)
_CONTENTS = """
select schema_name || '.' || table_name as table_name, estimated_size as row_count
from duckdb_tables() order by all
"""
_INVENTORY = dg.TableSchema(
    columns=[
        dg.TableColumn("table_name", "varchar", "Schema and name."),
        dg.TableColumn("row_count", "bigint", "Rows at the end of the run."),
    ]
)

_FROM = [*(spec.key for spec in (*STANDARDISED, *SETTLED)), resolution_key("links"), *ACTIVITIES]
PUBLISHED = (
    _spec(
        VERSION,
        "The version of the context store that readers see: golden records, ledger, links, activities,"
        " relationships and freshness. It becomes visible all at once; a run that changes nothing publishes"
        " nothing new; a failed one leaves the last version in force.\n\nRows and columns shown are those of"
        " `golden_records`, one row per golden record and entity version; those in force are counted.",
        deps=_FROM,
        kinds={"sqlite", "python"},
    ),
    _spec(
        resolution_key("golden_membership"),
        "Which golden record every record belongs to in the visible version, copied back for the marts.\n\n"
        "Grain: one row per record_id.",
        deps=_FROM,
        kinds={"duckdb", "python"},
    ),
)


@dg.multi_asset(name="publish", specs=PUBLISHED)
def published_version(home: HomeFolder) -> Iterator[dg.MaterializeResult[None]]:
    """Publish what was settled as one version, and copy its membership back."""
    begun = time.perf_counter()
    model = promoted_model(home.model)
    if model is None:
        raise dg.Failure("there is no promoted model; materialise resolution/links first")
    with home.connect("publishing", schema=RESOLUTION) as connection, home.store() as (engine, sealer):
        try:
            outcome = publish(connection, engine, sealer=sealer, model=model, snapshots=home.snapshots)
        except StaleResult:
            # Someone published since, or this very step did and was cut off before it could say so.
            settle_on_store(connection, engine, home.tenant_id, model=model)
            outcome = publish(connection, engine, sealer=sealer, model=model, snapshots=home.snapshots)
        (golden,) = connection.execute(_GOLDEN_RECORDS).fetchone() or (0,)
        metadata = {"dagster/row_count": int(golden), "dagster/column_schema": _GOLDEN, **_metadata(outcome)}
        yield dg.MaterializeResult(asset_key=VERSION, metadata={**metadata, **seconds_since(begun)})
        membership = resolution_key("golden_membership")
        metadata = {**table_metadata(connection, ".".join(membership.path)), **seconds_since(begun)}
        yield dg.MaterializeResult(asset_key=membership, metadata=metadata)


def _metadata(outcome: PublishSummary) -> dict[str, Any]:
    return {
        "version": outcome.version,
        "rows written": sum(outcome.written.values()),
        "rows ended": sum(outcome.ended.values()),
        "settled again": outcome.settled_again,
        "match snapshot": dg.MetadataValue.path(str(outcome.snapshot)),
        **{f"written, {table}": rows for table, rows in outcome.written.items() if rows},
    }


def analyst_copy(after: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset that copies the warehouse for analysts, after the given assets."""

    @dg.asset(
        key=ANALYST_COPY,
        deps=[*after, VERSION],
        group_name=Group.PUBLISH.value,
        owners=[OWNERS[Group.PUBLISH]],
        kinds={"duckdb"},
        description="`analyst.duckdb`: the whole warehouse as it stood at the end of the run, replaced all at"
        " once, so that analysts never wait for a run and never stop one. Open it read-only; its"
        " owner and group can read it, since it holds personal values in clear.\n\nThe columns"
        " shown are those of its table of contents; the rows of all tables are counted.",
    )
    def copy_for_analysts(home: HomeFolder) -> dg.MaterializeResult[None]:
        begun = time.perf_counter()
        part = home.analyst_copy.with_name(f"{home.analyst_copy.name}.part")
        with home.connect("copying for analysts") as connection:
            connection.execute("checkpoint")
            part.unlink(missing_ok=True)
            # Copied as a file: the lock keeps writers out, and an open reader changes nothing.
            shutil.copyfile(home.warehouse, part)
            part.chmod(OF_OWNER_AND_GROUP)
        with duckdb.connect(str(part), read_only=True) as copy:
            contents = copy.execute(_CONTENTS).fetchall()
        part.replace(home.analyst_copy)
        size = home.analyst_copy.stat().st_size
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": sum(rows for _, rows in contents),
                "dagster/column_schema": _INVENTORY,
                "tables": len(contents),
                "contents": dg.MetadataValue.table(
                    [dg.TableRecord({"table_name": name, "row_count": rows}) for name, rows in contents],
                    schema=_INVENTORY,
                ),
                "bytes": size,
                "path": dg.MetadataValue.path(str(home.analyst_copy)),
                **seconds_since(begun),
            }
        )

    return copy_for_analysts
