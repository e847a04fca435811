"""Publish: what resolution settled in the warehouse becomes one atomic version of the context store.

    ledger_from_store(...)    before settling: the ledger and decisions that the store holds
    publish(...)              after: stage what changed, write the match snapshot, move the version pointer

Rows whose content hash is as before are not written again, and what the warehouse made of the same tables as
last time is not even compared. Where nothing differs no version is made. Whatever stops a publish, the
version in force stays, and the next publish starts from there (law 7).
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from sqlalchemy import Engine

from context_api.errors import ContextError
from context_api.settling_publish import ModelTerms, Publication, Published, begin
from context_api.store.sealing import Sealer
from pipelines.publish_ledger import copy_membership, ledger_from_store, read_base, resolution_schema
from pipelines.publish_memory import remember
from pipelines.publish_snapshot import is_of, keep_newest, newest, write_snapshot
from pipelines.publish_staging import STEPS as STAGING_STEPS
from pipelines.publish_staging import OnStep, Staged, stage
from pipelines.publish_views import stage_views
from pipelines.publish_words import stage_words
from resolution.matching.model import ResolutionModel

__all__ = ["STEPS", "PublishSummary", "ledger_from_store", "publish"]

STEPS = ("begin", *STAGING_STEPS, "word_variants", "rendered_views", "snapshot", "visible", "after")
PACKAGED_RULES = "format: 1\n"  # the survivorship rules that come with resolution


@dataclass(frozen=True, slots=True)
class PublishSummary:
    """The version in force: rows written and ended by table, golden records that decisions made anew.

    `is_new` is false when nothing differed: then the version before stays, and `version` is that one.
    """

    version: int
    written: Mapping[str, int]
    ended: Mapping[str, int]
    settled_again: int
    snapshot: Path
    is_new: bool = True


def publish(
    connection: duckdb.DuckDBPyConnection,
    engine: Engine,
    *,
    sealer: Sealer,
    model: ResolutionModel,
    snapshots: Path,
    now: datetime | None = None,
    on_step: OnStep = lambda _: None,
) -> PublishSummary:
    """Publish what the warehouse holds and return what that changed.

    `now` stands for the clock; `snapshots` is the folder for match snapshots; `on_step` is told each of
    `STEPS` before it begins. Afterwards `resolution.golden_membership` says which record belongs to which
    golden record in the version that is now in force.

    Raises:
        StaleResult: A newer result was published since `ledger_from_store`; run again.
        PublicationLost: Another publish into the same store began meanwhile.
        StoreBusy: The store stayed locked; the last version is in force.
        StoreUnavailable: The store cannot be written, for want of space, say; the last version is in force.
    """
    with resolution_schema(connection):
        on_step("begin")
        terms = terms_of(model)
        publication = begin(engine, sealer, base=read_base(connection), terms=terms, now=now or _clock())
        try:
            staged = _staged(connection, publication, model=model, on_step=on_step)
            on_step("snapshot")
            summary = _confirm(connection, publication, staged, model=model, folder=snapshots)
            if summary is not None:
                return summary
            snapshot = write_snapshot(connection, snapshots, version=publication.version, model=model)
            on_step("visible")
            # The time of now, not of when staging began: `as_of` in between is the version before.
            published = publication.finish(counts=staged.written, now=now or _clock())
        except BaseException:
            with suppress(ContextError):  # what went wrong first is what to tell
                publication.give_up()
            raise
        on_step("after")
        _after(connection, publication, staged, published=published, snapshots=snapshots)
    return PublishSummary(
        version=published.version,
        written=staged.written,
        ended=staged.ended,
        settled_again=published.settled_again,
        snapshot=snapshot,
    )


def _clock() -> datetime:
    return datetime.now(tz=UTC)


def _staged(
    connection: duckdb.DuckDBPyConnection,
    publication: Publication,
    *,
    model: ResolutionModel,
    on_step: OnStep,
) -> Staged:
    """Stage what differs, then the forms of new words, and the views of the parties that it shows in."""
    staged = stage(connection, publication, model=model, on_step=on_step)
    on_step("word_variants")
    forms = stage_words(connection, publication)
    if forms:
        staged.written["word_variants"] = forms
    on_step("rendered_views")
    written, ended = stage_views(connection, publication)
    if written or ended:
        staged.written["rendered_views"], staged.ended["rendered_views"] = written, ended
    return staged


def _confirm(
    connection: duckdb.DuckDBPyConnection,
    publication: Publication,
    staged: Staged,
    *,
    model: ResolutionModel,
    folder: Path,
) -> PublishSummary | None:
    """End a publish that found nothing to change; None when there is something to make visible."""
    last = newest(folder, visible=publication.visible_versions())
    if not staged.is_empty or last is None or not is_of(connection, last, model):
        return None
    version = publication.confirm()
    if version is None:
        return None
    copy_membership(connection, publication, version=version, is_as_staged=True)
    return PublishSummary(version, staged.written, staged.ended, 0, last, is_new=False)


def _after(
    connection: duckdb.DuckDBPyConnection,
    publication: Publication,
    staged: Staged,
    *,
    published: Published,
    snapshots: Path,
) -> None:
    """Bring the warehouse up to the version that is now visible; whatever fails here is done by the next."""
    if published.is_as_staged:
        remember(
            connection, publication, staged.noted, memory=staged.memory, fingerprints=staged.fingerprints
        )
    keep_newest(snapshots, visible=publication.visible_versions())
    copy_membership(connection, publication, version=published.version, is_as_staged=published.is_as_staged)


def terms_of(model: ResolutionModel) -> ModelTerms:
    """Return what the store keeps of a model, so that decisions can be settled without the warehouse."""
    return ModelTerms(
        model_id=model.model_id,
        bridge=dict(model.bridge),
        clean_sources=model.clean_sources,
        thresholds={
            name: {"match": party.match_threshold, "review": party.review_threshold}
            for name, party in model.parties.items()
        },
        rules_text=PACKAGED_RULES,
    )
