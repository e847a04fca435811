"""Golden values and conflicts: what a golden record says of each attribute, and what speaks against it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class GoldenValue:
    """A value that survived, with its provenance.

    `position` 0 is the primary value and the only one of a single-valued attribute. Of the
    `claiming` records that state the attribute, `support` agree on this value.
    """

    attribute: str
    position: int
    value: str
    key: str
    record_id: str
    source: str
    observed_at: datetime | None
    rule: str
    support: int
    claiming: int

    @property
    def confidence(self) -> float:
        """Return how well the records support the value, see `confidence`."""
        return confidence(self.support, self.claiming)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A live value of a single-valued attribute that the rule did not choose, with its provenance."""

    attribute: str
    value: str
    key: str
    record_id: str
    source: str
    observed_at: datetime | None
    rule: str
    support: int
    claiming: int

    @property
    def confidence(self) -> float:
        """Return how well the records support the value, see `confidence`."""
        return confidence(self.support, self.claiming)


def confidence(support: int, claiming: int) -> float:
    """Return the expected share of records that state the value, in (0, 1).

    The share of agreeing records under Jeffreys' prior, (support + ½) / (claiming + 1): one record
    alone gives .75, two that agree .83, two that differ .5 each; more witnesses count for more. It
    says how well a value is attested, not how likely it is to be true.
    """
    return (support + 0.5) / (claiming + 1)
