"""Whether search by meaning can be served, for who only wants to know; nothing is loaded, nothing waits."""

from collections.abc import Mapping
from pathlib import Path

from pipelines.vectors.errors import VectorError
from pipelines.vectors.opening import open_place


def advice(home: Path, environment: Mapping[str, str]) -> str | None:
    """Return what to do before texts can be searched by meaning, None when they can."""
    try:
        is_there = open_place(home, environment, is_for_searching=True).exists()
    except VectorError:
        return "start the Qdrant server, or mend QDRANT_URL"
    return None if is_there else "embed what was published: `concord vectors drain`"
