"""Where the index of a home folder lives: on the server at QDRANT_URL, else under `home/vectors`."""

from collections.abc import Mapping
from pathlib import Path

from pipelines.vectors.embedding import DIMENSIONS, MODEL
from pipelines.vectors.index import VectorPlace
from pipelines.vectors.local import LocalPlace


def open_place(home: Path, environment: Mapping[str, str], *, is_for_searching: bool = False) -> VectorPlace:
    """Return the place that QDRANT_URL (with QDRANT_API_KEY, where the server asks for one) names.

    A server is given a second to answer a search, thirty for a change.
    """
    url = environment.get("QDRANT_URL")
    if not url:
        return LocalPlace(home, model=MODEL, dimensions=DIMENSIONS)
    from pipelines.vectors.server import ServerPlace, connect

    key = environment.get("QDRANT_API_KEY")
    client = connect(url, api_key=key, is_for_searching=is_for_searching)
    return ServerPlace(client, home=home, model=MODEL, dimensions=DIMENSIONS)
