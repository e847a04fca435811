"""Errors of the pipelines.

    PipelineError
    ├── PipelineInputError    the user's files or options are at fault; exit code 2
    │   ├── SourcesFault          sources.yml cannot be used; all of its faults in one message
    │   ├── UnknownName           a source, object or quarantine id that is not there
    │   └── NoWarehouse           nothing was synced into this home folder yet
    ├── WarehouseLocked       another process has the warehouse open; exit code 1
    ├── WarehouseFault        the warehouse file cannot be read or written; exit code 1
    └── ConnectorError        a source did not answer as it should
        ├── TransientFault        down, slow, locked, cut short: worth asking again soon
        ├── RateLimited           asked too often; says when to come back
        ├── AuthFault             credentials are refused: asking again cannot help
        ├── SchemaFault           the source lacks an object or field that is declared
        └── PermanentFault        the question itself is refused

Every error says what is wrong, where, and what to do next. Secrets never stand in one.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar


class PipelineError(Exception):
    """Anything that the pipelines refuse to do or cannot finish."""


class PipelineInputError(PipelineError):
    """What the user gave cannot be used; the message says what to change."""


class SourcesFault(PipelineInputError):
    """sources.yml cannot be used; `faults` names every fault at once."""

    def __init__(self, path: Path | str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{path} cannot be used: " + "; ".join(faults))


class UnknownName(PipelineInputError):
    """A name that nothing carries; the message lists the names there are."""


class NoWarehouse(PipelineInputError):
    """The home folder holds no warehouse yet."""


class WarehouseLocked(PipelineError):
    """Another process has the warehouse open; it is named."""


class WarehouseFault(PipelineError):
    """The warehouse file cannot be read or written: the disk is full, or gone. What was stored stays."""


class ConnectorError(PipelineError):
    """A source did not answer as it should; `kind` names the class of the fault."""

    kind: ClassVar[str] = "fault"


class TransientFault(ConnectorError):
    """The source is down, slow, locked or broke off; the same question may be answered soon."""

    kind = "transient"


class RateLimited(ConnectorError):
    """The source was asked too often; `retry_after_seconds` is its own word for when to come back."""

    kind = "rate-limited"

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(message)


class AuthFault(ConnectorError):
    """The source refuses the credentials; a person has to renew them."""

    kind = "auth"


class SchemaFault(ConnectorError):
    """The source lacks an object or a field that sources.yml declares."""

    kind = "schema"


class PermanentFault(ConnectorError):
    """The source refuses the question itself; asking again gets the same answer."""

    kind = "permanent"
