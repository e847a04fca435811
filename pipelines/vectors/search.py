"""Search by meaning: the activities and customer summaries of one tenant nearest to a text.

What comes back names activities and records; whose they are today, the ledger says.
"""

from pipelines.vectors.embedding import Embed
from pipelines.vectors.index import ReadableIndex
from pipelines.vectors.points import Hit, SearchFilter

DEFAULT_LIMIT = 10
EVERYTHING = SearchFilter()


def search(
    text: str,
    index: ReadableIndex,
    *,
    embed: Embed,
    tenant_id: str,
    where: SearchFilter = EVERYTHING,
    limit: int = DEFAULT_LIMIT,
) -> list[Hit]:
    """Return the nearest points of a tenant, best first.

    The text of a question is embedded without the cache: what people ask is not kept.
    """
    if not text.strip():
        return []
    return index.nearest(embed([text])[0], tenant_id=tenant_id, where=where, limit=limit)
