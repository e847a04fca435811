"""Rendering anew what a decision changed, in the transaction that changes it.

Part of `settling`. A view shows a party and names those it has to do with, so the views of both are written.
"""

from collections.abc import Collection

from sqlalchemy import Connection, delete, update
from sqlmodel import col, select

from context_api.policy.classification import classifications
from context_api.rendering.loading import facts_of, neighbours
from context_api.rendering.party_views import RenderedView, render, sources_text
from context_api.settling_write import Writing
from context_api.store.bulk import chunked, insert_rows
from context_api.store.ranges import in_version
from context_api.store.rendered_views import FORMAT, RenderedRow
from context_api.store.sealing import Sealer
from context_api.store.views import Snapshot

COLUMNS = (
    "tenant_id", "published_from", "golden_id", "view", "content_hash", "entity_version", "sources", "spans",
    "sealed_body", "format",
)  # fmt: skip
"""Order of the columns in which `view_row` gives them, after tenant and version."""


def render_anew(
    writing: Writing, snapshot: Snapshot, golden_ids: Collection[str], *, is_known: bool = True
) -> int:
    """Write the views of parties that a change touched, and end those of parties that are no more.

    Both as `snapshot` states them, a reading of the version that is being written; nothing is written where a
    view is as it was, but where what is there counts for nothing (not `is_known`): at the end of a publish,
    views that it staged stand beside those that decisions wrote meanwhile. Returns how many were written.
    """
    touched = set(golden_ids) | neighbours(snapshot, golden_ids)
    known = _hashes(writing, touched, is_known=is_known)
    classes = classifications()
    rendered = {
        (view.golden_id, view.view.value): view
        for facts in facts_of(snapshot, touched)
        for view in render(facts, classes)
    }
    changed = {key: view for key, view in rendered.items() if known.get(key) != view.content_hash}
    _end(writing, [key for key in known if key not in rendered or key in changed])
    rows = [
        (writing.tenant_id, writing.version, *view_row(view, writing.sealer))
        for _, view in sorted(changed.items())
    ]
    insert_rows(writing.connection, "rendered_views", columns=COLUMNS, rows=rows)
    return len(rows)


def view_row(view: RenderedView, sealer: Sealer) -> tuple[object, ...]:
    """Return a view as a row keeps it, without tenant and version."""
    return (
        view.golden_id,
        view.view.value,
        view.content_hash,
        view.entity_version,
        sources_text(view.sources),
        view.json.spans,
        sealer.seal_view(view.json.body, golden_id=view.golden_id),
        FORMAT,
    )


def views_since(connection: Connection, tenant_id: str, *, base: int, until: int) -> frozenset[str]:
    """Return the parties whose views were written after a version, up to another."""
    rows = connection.execute(
        select(RenderedRow.golden_id)
        .where(RenderedRow.tenant_id == tenant_id, col(RenderedRow.published_from) > base)
        .where(col(RenderedRow.published_from) <= until)
        .distinct()
    )
    return frozenset(row.golden_id for row in rows)


def _hashes(
    writing: Writing, golden_ids: Collection[str], *, is_known: bool
) -> dict[tuple[str, str], str | None]:
    """Return the hashes of the views that count in the version being written, None where unknown.

    That of a view of another format is: equal bytes would be left as they are, and not be served.
    """
    found: dict[tuple[str, str], str | None] = {}
    for chunk in chunked(golden_ids):
        rows = writing.connection.execute(
            select(
                RenderedRow.golden_id, RenderedRow.view, RenderedRow.content_hash, RenderedRow.format
            ).where(
                in_version(RenderedRow, writing.tenant_id, writing.version),
                col(RenderedRow.golden_id).in_(chunk),
            )
        )
        for row in rows:
            counts = is_known and row.format == FORMAT
            found[row.golden_id, row.view] = row.content_hash if counts else None
    return found


def _end(writing: Writing, keys: Collection[tuple[str, str]]) -> None:
    """End views at this version; those that this very version wrote are taken away."""
    for golden_id, view in keys:
        named = (col(RenderedRow.golden_id) == golden_id, col(RenderedRow.view) == view)
        counts = in_version(RenderedRow, writing.tenant_id, writing.version)
        written = col(RenderedRow.published_from) == writing.version
        writing.connection.execute(delete(RenderedRow).where(counts, *named, written))
        ended = update(RenderedRow).where(counts, *named).values(published_to=writing.version)
        writing.connection.execute(ended)
