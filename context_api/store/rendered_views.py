"""Rendered views: what is served for a party, as bytes, of the version in force and the one being staged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, Index, Integer
from sqlmodel import Field, SQLModel

from context_api.store.ranges import ranged_indexes
from context_api.store.sealing import Sealer

FORMAT = 1  # rises with every change of what is rendered of the same facts: a test holds that it does
"""The format of the views that are written and served; those of another one are rendered anew.

Before formats were counted it was 0: views of then may show record ids to who may not see them.
"""


class RenderedRow(SQLModel, table=True):
    """One row per golden record, view and version range.

    `sealed_body` is JSON under the tenant's view key; `spans` are the places in it that not everybody may
    see; `sources` are those that it draws on, parted by commas. A row of another `format` than `FORMAT` is
    not served.
    """

    __tablename__ = "rendered_views"
    __table_args__ = ranged_indexes(
        "rendered_views", Index("ix_rendered_views_format", "tenant_id", "format")
    )
    tenant_id: str = Field(primary_key=True)
    golden_id: str = Field(primary_key=True)
    view: str = Field(primary_key=True)
    published_from: int = Field(primary_key=True, sa_type=BigInteger)
    published_to: int | None = Field(sa_type=BigInteger, default=None)
    content_hash: str
    entity_version: int = Field(sa_type=BigInteger)
    sources: str
    spans: bytes
    sealed_body: bytes
    format: int = Field(default=FORMAT, sa_type=Integer, sa_column_kwargs={"server_default": "0"})


@dataclass(frozen=True, slots=True)
class StoredView:
    """A view as it is kept, opened."""

    version: int
    entity_version: int
    content_hash: str
    sources: tuple[str, ...]
    body: bytes
    spans: bytes


CURRENT_VIEW = f"""
select t.visible_sequence, v.entity_version, v.content_hash, v.sources, v.sealed_body, v.spans
from tenants as t join rendered_views as v on v.tenant_id = t.tenant_id
where t.tenant_id = ? and v.golden_id = ? and v.view = ?
and v.published_from <= t.visible_sequence
and (v.published_to is null or v.published_to > t.visible_sequence) and v.format = {FORMAT}
"""  # one statement, so one state of the store: the pointer and what it points at


def current_view(connection: Connection, sealer: Sealer, golden_id: str, *, view: str) -> StoredView | None:
    """Return a view of the version in force, None when it is not stored as it would be rendered today."""
    statement = CURRENT_VIEW if connection.dialect.name == "sqlite" else CURRENT_VIEW.replace("?", "%s")
    row = connection.exec_driver_sql(statement, (sealer.tenant_id, golden_id, view)).one_or_none()
    return None if row is None else opened(sealer, golden_id, tuple(row))


def opened(sealer: Sealer, golden_id: str, row: Sequence[Any]) -> StoredView:
    """Return a row of `CURRENT_VIEW` with its body opened."""
    version, entity_version, content_hash, sources, sealed_body, spans = row
    return StoredView(
        version=version,
        entity_version=entity_version,
        content_hash=content_hash,
        sources=tuple(sources.split(",")) if sources else (),
        body=sealer.open_view(bytes(sealed_body), golden_id=golden_id),
        spans=bytes(spans),
    )
