"""Errors of the context store and of everything that serves it.

    ContextError
    ├── ContextInputError     what the caller gave cannot be used; exit code 2
    │   ├── UnknownParty          no golden record, record, e-mail or name like it
    │   ├── UnknownRecord         a decision names a record that is not in the store
    │   ├── ContradictoryDecision a decision contradicts earlier ones; holds the chain that proves it
    │   ├── UnknownDecision       no decision of that number is in force
    │   ├── NothingPublished      the store holds no version yet
    │   └── FaultyStoreSetting    the store's address or key cannot be used
    ├── StoreBusy             another process kept the store locked for too long; exit code 1
    ├── StoreUnavailable      the store cannot be opened, read or written
    ├── StaleResult           a newer version is in force; an older result never replaces it (law 7)
    └── PublicationLost       another publish, or a clean-up, took this one's staged version away

Every error says what is wrong and what to do next.
"""


class ContextError(Exception):
    """Anything that the context store refuses to do or cannot finish."""


class ContextInputError(ContextError):
    """What the caller gave cannot be used; the message says what to change."""


class UnknownParty(ContextInputError):
    """Nothing in the store goes by this id, e-mail or name."""


class UnknownRecord(ContextInputError):
    """A decision names a record that is not among the live records of the store."""


class ContradictoryDecision(ContextInputError):
    """A decision contradicts decisions that are in force; the message holds the chain that proves it."""


class UnknownDecision(ContextInputError):
    """No decision of that number is in force."""


class NothingPublished(ContextInputError):
    """The store holds no visible version, now or at the time asked for."""


class FaultyStoreSetting(ContextInputError):
    """The store's address or key cannot be used."""


class StoreBusy(ContextError):
    """Another process kept the store locked beyond the time we wait."""


class StoreUnavailable(ContextError):
    """The store cannot be opened, read or written; the last version in force is untouched."""


class StaleResult(ContextError):
    """A newer version was published since this result's data were read."""


class PublicationLost(ContextError):
    """The staged version is gone: another publish began, or cleaned it up."""
