"""Errors of identity resolution.

    ResolutionError
    ├── InputError            the user's files, mapping, decisions or options are at fault; exit code 2
    │   ├── UnreadableFile        not what its ending says, empty, missing
    │   ├── MappingError          a mapping names a column or attribute that is not there
    │   ├── DecisionConflict      two decisions contradict each other (law 2)
    │   ├── RunNotFound           the folder holds no complete run
    │   ├── OutdatedModel         a model or run that another version of Concord or DuckDB made
    │   └── NothingToLookUp       a given record holds nothing to compare, or a value that cannot be read
    └── RunError              the run itself cannot go on; exit code 1
        └── SnapshotError         a match snapshot cannot be used; publish makes a new one
            ├── SnapshotNotFound      there is none
            ├── DamagedSnapshot       it is not what was written
            └── OutdatedSnapshot      another version of Concord or DuckDB wrote it

Every error says what is wrong, where, and what to do next.
"""


class ResolutionError(Exception):
    """Anything that Concord's identity resolution refuses to do."""


class InputError(ResolutionError):
    """What the user gave cannot be used; the message says what to change."""


class UnreadableFile(InputError):
    """A file is missing, empty, or not what its ending says."""


class MappingError(InputError):
    """A mapping names a column that the file lacks, or an attribute that does not exist."""


class DecisionConflict(InputError):
    """Two decisions contradict each other; the message holds the chain that proves it."""


class RunNotFound(InputError):
    """The folder holds no complete run of `concord resolve`."""


class OutdatedModel(InputError):
    """What a model or run holds means something else in this version; it must be made anew."""


class NothingToLookUp(InputError):
    """A given record cannot be matched; `position` counts from 0, `field` names what is at fault."""

    def __init__(self, message: str, *, position: int, field: str) -> None:
        super().__init__(message)
        self.position = position
        self.field = field


class RunError(ResolutionError):
    """The run cannot go on, through no fault of the input."""


class SnapshotError(RunError):
    """A match snapshot cannot be used; the last resort is to publish again."""


class SnapshotNotFound(SnapshotError):
    """There is no match snapshot of the version."""


class DamagedSnapshot(SnapshotError):
    """A file is no match snapshot, was cut short, or holds other bytes than were written."""


class OutdatedSnapshot(SnapshotError):
    """Another version of Concord or DuckDB wrote the snapshot; its keys mean something else here."""
