"""Errors of the context store and of everything that serves it.

    ContextError
    ├── ContextInputError     what the caller gave cannot be used; exit code 2
    │   ├── UnknownParty          no golden record, record, e-mail or name like it
    │   ├── PartyMerged           another golden id stands for its party now; 307 to it
    │   ├── PartySplit            its records are in several golden records, which carry other ids; 300
    │   ├── PartyGone             all its records were deleted at their sources; 410
    │   ├── UnknownRecord         a decision names a record that is not in the store
    │   ├── ContradictoryDecision a decision contradicts earlier ones; holds the chain that proves it
    │   ├── UnknownDecision       no decision of that number is in force
    │   ├── NothingPublished      the store holds no version yet
    │   ├── FaultySettings        settings of the environment cannot be used; every fault at once
    │   ├── FaultyStoreSetting    the store's address or key cannot be used
    │   ├── UnknownKey            no API key of that id
    │   ├── MalformedRequest      a header or parameter is not of its form; 400
    │   ├── TimeNotCome           a time asked for lies in the future; 422
    │   ├── UnsupportedContentType a body is not said to be JSON; 415
    │   ├── FaultyCursor          a cursor is not one that this listing gave to this tenant; 400
    │   ├── Unauthenticated       no key, or none that is valid; 401
    │   ├── ScopeMissing          the key does not allow this; 403
    │   ├── LimitExceeded         more than is answered at once; 413, names the limit
    │   └── UnmatchableRecord     a given record cannot be matched; 422, names it and its field
    ├── StoreBusy             another process kept the store locked for too long; exit code 1
    ├── StoreUnavailable      the store cannot be opened, read or written
    ├── Overloaded            more requests at a time than one process answers
    ├── MatchUnavailable      the match snapshot is being opened, missing or damaged
    ├── AuditUnavailable      a read cannot leave its entry, so it is not answered
    ├── StaleResult           a newer version is in force; an older result never replaces it (law 7)
    └── PublicationLost       another publish, or a clean-up, took this one's staged version away

Every error says what is wrong and what to do next. `context_api/problems.py` says how each is answered.
"""


class ContextError(Exception):
    """Anything that the context store refuses to do or cannot finish; `facts` are told beside its words."""

    facts: dict[str, object]

    def __init__(self, message: str = "", **facts: object) -> None:
        super().__init__(message)
        self.facts = facts


class ContextInputError(ContextError):
    """What the caller gave cannot be used; the message says what to change."""


class UnknownParty(ContextInputError):
    """Nothing in the store goes by this id, e-mail or name."""


class PartyMerged(ContextInputError):
    """A golden id whose party another stands for; the facts hold `redirects_to` and `location`."""


class PartySplit(ContextInputError):
    """A golden id whose records are in several others; the facts hold `parts`."""


class PartyGone(ContextInputError):
    """A golden id whose records were all deleted at their sources."""


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


class FaultySettings(ContextInputError):
    """Settings cannot be used; the message names every fault and no value."""


class UnknownKey(ContextInputError):
    """The tenant has no API key of that id."""


class MalformedRequest(ContextInputError):
    """A header or a parameter is not of the form that it must have."""


class TimeNotCome(ContextInputError):
    """What will be known at a time of the future was asked for; `now` is among the facts."""


class UnsupportedContentType(ContextInputError):
    """The header of a request says that its body is something else than JSON, or nothing."""


class FaultyCursor(ContextInputError):
    """A cursor was not given by this listing, with these filters, to this tenant."""


class Unauthenticated(ContextInputError):
    """The caller shows no API key, or one that is unknown, expired, revoked or not for this address."""


class ScopeMissing(ContextInputError):
    """The caller's key does not hold the scope that a route needs."""


class LimitExceeded(ContextInputError):
    """More was asked for, or sent, than one request may; `limit` is among the facts."""


class UnmatchableRecord(ContextInputError):
    """A given record cannot be matched; the facts hold its place, `record`, from 0, and its `field`."""


class MatchUnavailable(ContextError):
    """Nothing can be matched now; `state` among the facts says why: `opening`, `missing` or `damaged`."""


class StoreBusy(ContextError):
    """Another process kept the store locked beyond the time we wait."""


class StoreUnavailable(ContextError):
    """The store cannot be opened, read or written; the last version in force is untouched."""


class Overloaded(ContextError):
    """The process answers as many requests at a time as it may; this one is to come again."""


class AuditUnavailable(ContextError):
    """The audit database does not take the entry of a read in time; the read is not answered."""


class StaleResult(ContextError):
    """A newer version was published since this result's data were read."""


class PublicationLost(ContextError):
    """The staged version is gone: another publish began, or cleaned it up."""
