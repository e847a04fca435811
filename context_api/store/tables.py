"""All tables of the store in one place, for migrations and for tests that look at every one of them."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from context_api.store import (
    activities,
    decisions,
    freshness,
    golden_records,
    identities,
    keys,
    links,
    outbox,
    records,
    rendered_views,
    versions,
    word_variants,
)

MODULES = (
    activities,
    decisions,
    freshness,
    golden_records,
    identities,
    keys,
    links,
    outbox,
    records,
    rendered_views,
    versions,
    word_variants,
)


def metadata() -> MetaData:
    """Return the metadata that holds every table of the store."""
    return SQLModel.metadata
