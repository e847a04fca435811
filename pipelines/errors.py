"""Errors of the pipelines.

    PipelineError
    ├── PipelineInputError    the user's files or options are at fault; exit code 2
    │   ├── SourcesFault          sources.yml cannot be used; all of its faults in one message
    │   ├── UnknownName           a source, object or quarantine id that is not there
    │   ├── NoWarehouse           nothing was synced into this home folder yet
    │   └── BrokenModel           model.json cannot be read as a model
    ├── WarehouseLocked       another process has the warehouse open; exit code 1
    ├── NothingSynced         an object was never synced, so nothing can be modelled; exit code 1
    ├── DbtFault              dbt could not start on the project; exit code 1
    ├── RunInProgress         another process runs the pipeline on this home folder; exit code 1
    ├── RunFailed             a step of a run failed; the next run goes on from it; exit code 1
    ├── WarehouseFault        the warehouse file cannot be read or written; exit code 1
    └── ConnectorError        a source did not answer as it should
        ├── TransientFault        down, slow, locked, cut short: worth asking again soon
        ├── RateLimited           asked too often; says when to come back
        ├── AuthFault             credentials are refused: asking again cannot help
        ├── CursorExpired         the source no longer knows where we were: all is read again
        ├── OutOfTime             slower than its time limit: the others do not wait
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


class BrokenModel(PipelineInputError):
    """The promoted model cannot be read."""

    def __init__(self, path: Path, reason: Exception) -> None:
        super().__init__(
            f"{path} cannot be read as a resolution model ({reason}); put the model back from a copy, or"
            " delete the file and the next run learns a new one"
        )


class WarehouseLocked(PipelineError):
    """Another process has the warehouse open; it is named."""


class NothingSynced(PipelineError):
    """The first sync of some objects failed: there are no rows of before that could stay in force."""

    def __init__(self, objects: Sequence[tuple[str, str, str]]) -> None:
        told = "; ".join(f"{source}.{name} was never synced ({reason})" for source, name, reason in objects)
        super().__init__(f"{told}: mend the source, or take the object out of sources.yml")


class DbtFault(PipelineError):
    """dbt could not start; its project or its profile is at fault."""

    def __init__(self, command: str, reason: str) -> None:
        super().__init__(f"dbt {command} could not run: {reason}")


class RunInProgress(PipelineError):
    """Another process runs the pipeline on the same home folder."""


class RunFailed(PipelineError):
    """A step of a run failed; what was done before it stays, and the next run goes on from it."""

    def __init__(self, step: str, reason: str, *, home: Path) -> None:
        self.step = step
        super().__init__(
            f"step {step} failed: {reason}; see to it, and `concord run --home {home}` goes on from this step"
        )


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


class CursorExpired(ConnectorError):
    """The source no longer knows the cursor it gave; only reading everything again tells what it holds."""

    kind = "cursor expired"


class OutOfTime(ConnectorError):
    """The source took longer than its limit; asking again in this run would hold up the others."""

    kind = "out of time"

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(
            f"not done with {what} when its {seconds:,g} seconds were over; what came before is kept, and the"
            " next run goes on from there; `time_limit_seconds` in sources.yml may give it more"
        )


class AuthFault(ConnectorError):
    """The source refuses the credentials; a person has to renew them."""

    kind = "auth"


class SchemaFault(ConnectorError):
    """The source lacks an object or a field that sources.yml declares."""

    kind = "schema"


class PermanentFault(ConnectorError):
    """The source refuses the question itself; asking again gets the same answer."""

    kind = "permanent"
