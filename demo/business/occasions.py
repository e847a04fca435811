"""What people write to each other about: the occasions that deals, orders, bills and tickets give."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Topic(StrEnum):
    """What a thread is about; the key of its phrases."""

    QUOTE = "quote"
    ORDER = "order"
    REMINDER = "reminder"
    TICKET = "ticket"
    SUPPLIER_INVOICE = "supplier_invoice"
    GOODBYE = "goodbye"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Occasion:
    """A reason to write on a day: `reference` is the document number that the mail names."""

    day: date
    topic: Topic
    firm: int
    person: int | None  # position in `people`, where one person is the natural sender
    reference: str
    amount_cents: int
