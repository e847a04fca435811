"""Sources that a request names: one misspelt would be answered as though it had stated nothing."""

from collections.abc import Iterable

from context_api.errors import MalformedRequest
from context_api.store.reading import freshness
from context_api.store.views import Snapshot


def require_sources(snapshot: Snapshot, names: Iterable[str]) -> None:
    """Return where the tenant has every source named, or where no source says of itself that it was synced.

    Raises:
        MalformedRequest: It has none of one name; the facts hold those that it has.
    """
    named = set(names)
    known = {view.source for view in freshness(snapshot)} if named else set()
    if known and named - known:
        raise MalformedRequest(
            f"`source` names one that there is not; there are: {', '.join(sorted(known))}",
            known_sources=sorted(known),
        )
