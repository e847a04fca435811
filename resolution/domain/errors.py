"""Errors of identity resolution.

    ResolutionError
    ├── InputError            the user's files, mapping, decisions or options are at fault; exit code 2
    │   ├── UnreadableFile        not what its ending says, empty, missing
    │   ├── MappingError          a mapping names a column or attribute that is not there
    │   ├── DecisionConflict      two decisions contradict each other (law 2)
    │   ├── RunNotFound           the folder holds no complete run
    │   └── OutdatedModel         a model or run that another version of Concord or DuckDB made
    └── RunError              the run itself cannot go on; exit code 1

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


class RunError(ResolutionError):
    """The run cannot go on, through no fault of the input."""
