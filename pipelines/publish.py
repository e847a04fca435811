"""Publish: what resolution settled in the warehouse becomes one atomic version of the context store.

    ledger_from_store(...)    before settling: the ledger and decisions that the store holds
    publish(...)              after: stage what changed, write the match snapshot, move the version pointer

Rows whose content hash is as before are not written again; whatever stops a publish, the version in force
stays, and the next publish starts from there (law 7).
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from sqlalchemy import Engine

from context_api.errors import ContextError
from context_api.settling_publish import ModelTerms, begin
from context_api.store.sealing import Sealer
from pipelines.publish_ledger import copy_membership, ledger_from_store, read_base, resolution_schema
from pipelines.publish_snapshot import keep_newest, write_snapshot
from pipelines.publish_staging import stage
from pipelines.publish_views import stage_views
from resolution.matching.model import ResolutionModel

__all__ = ["PublishSummary", "ledger_from_store", "publish"]

PACKAGED_RULES = "format: 1\n"  # the survivorship rules that come with resolution


@dataclass(frozen=True, slots=True)
class PublishSummary:
    """A version in force: rows written and ended by table, golden records that decisions made anew."""

    version: int
    written: Mapping[str, int]
    ended: Mapping[str, int]
    settled_again: int
    snapshot: Path


def publish(
    connection: duckdb.DuckDBPyConnection,
    engine: Engine,
    *,
    sealer: Sealer,
    model: ResolutionModel,
    snapshots: Path,
    now: datetime | None = None,
    rules_text: str = PACKAGED_RULES,
) -> PublishSummary:
    """Publish what the warehouse holds and return what that changed.

    `snapshots` is the folder for match snapshots. Afterwards `resolution.golden_membership` says which
    record belongs to which golden record in the version that is now in force.

    Raises:
        StaleResult: A newer result was published since `ledger_from_store`; run again.
        PublicationLost: Another publish into the same store began meanwhile.
        StoreBusy: The store stayed locked; the last version is in force.
    """
    moment = now or datetime.now(tz=UTC)
    with resolution_schema(connection):
        base = read_base(connection)
        terms = terms_of(model, rules_text=rules_text)
        publication = begin(engine, sealer, base=base, terms=terms, now=moment)
        try:
            staged = stage(connection, publication, model=model)
            staged.written["rendered_views"], staged.ended["rendered_views"] = stage_views(
                connection, publication
            )
            snapshot = write_snapshot(connection, snapshots, version=publication.version, model=model)
            published = publication.finish(counts=staged.written, now=moment)
        except BaseException:
            with suppress(ContextError):  # what went wrong first is what to tell
                publication.give_up()
            raise
        keep_newest(snapshots, visible=publication.visible_versions())
        copy_membership(connection, publication)
    return PublishSummary(
        version=published.version,
        written=staged.written,
        ended=staged.ended,
        settled_again=published.settled_again,
        snapshot=snapshot,
    )


def terms_of(model: ResolutionModel, *, rules_text: str = PACKAGED_RULES) -> ModelTerms:
    """Return what the store keeps of a model, so that decisions can be settled without the warehouse."""
    return ModelTerms(
        model_id=model.model_id,
        bridge=dict(model.bridge),
        clean_sources=model.clean_sources,
        thresholds={
            name: {"match": party.match_threshold, "review": party.review_threshold}
            for name, party in model.parties.items()
        },
        rules_text=rules_text,
    )
