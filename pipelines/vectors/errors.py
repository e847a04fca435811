"""Errors of the vectors; a branch of the tree in `pipelines/errors.py`.

    VectorError
    ├── IndexMissing          nothing was built yet, or it was taken away
    ├── IndexDamaged          what stands there cannot be opened or is not what was published
    ├── IndexOutdated         built by another model or another version: its vectors mean something else
    ├── IndexUnreachable      the Qdrant server does not answer
    ├── DrainBusy             another process drains or rebuilds this home folder
    ├── CacheDamaged          the file of embeddings cannot be read
    └── ModelUnusable         the embedding model is not installed, or not the one that was tried
    NoStore                   (PipelineInputError) there is no store to take rows from; exit code 2

Every error names the command that mends it.
"""

from pipelines.errors import PipelineError, PipelineInputError


class VectorError(PipelineError):
    """The vectors cannot be brought up to date or searched."""


class IndexMissing(VectorError):
    """There is no index to open."""


class IndexDamaged(VectorError):
    """The index cannot be opened, or holds other than what was published."""


class IndexOutdated(VectorError):
    """The index was built by another embedding model or by another version of Concord."""


class IndexUnreachable(VectorError):
    """The Qdrant server does not answer; nothing was lost, the outbox keeps what is pending."""


class DrainBusy(VectorError):
    """Another process is at work on the vectors of this home folder."""


class CacheDamaged(VectorError):
    """The file of embeddings is no readable database; it can be deleted without loss."""


class ModelUnusable(VectorError):
    """The embedding model is missing or is not the one that was tried."""


class NoStore(PipelineInputError):
    """There is no context store with an outbox at the place that was named."""
