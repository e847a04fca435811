"""What is still going on with a party: open orders, deals with their terms, tickets, invoices due.

Nothing here asks what day it is: an invoice is due on a date, and whether that has passed is for the reader
to see. So the same facts always give the same view.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from context_api.policy.classification import Classification
from context_api.rendering.facts import Doing
from context_api.rendering.masking import Marking

DECLARED_IN = "open_work.yml"
MOST_SHOWN = 10  # of each kind; `count` says how many there are
NO_CURRENCY = "XXX"  # ISO 4217: none is stated
AGREED = ("won", "closed_won", "closed won")  # a deal that is over but whose terms bind


@cache
def settled_words() -> Mapping[str, frozenset[str]]:
    """Return by kind of activity the words that say that it is over."""
    content = (resources.files("context_api.rendering") / DECLARED_IN).read_text("utf-8")
    return {kind: frozenset(words) for kind, words in yaml.safe_load(content).items()}


def is_open(doing: Doing) -> bool:
    """Say whether an activity of a kind that can be over is not."""
    words = settled_words().get(doing.kind)
    return words is not None and (doing.status or "").casefold() not in words


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What is open, newest first within each kind; `unpaid` by invoice id, in cents."""

    orders: Sequence[Doing]
    deals: Sequence[Doing]
    agreed_deals: Sequence[Doing]
    tickets: Sequence[Doing]
    invoices: Sequence[Doing]
    purchase_orders: Sequence[Doing]
    supplier_invoices: Sequence[Doing]
    unpaid: Mapping[str, int]

    def due_by_currency(self) -> dict[str, int]:
        """Return what is owed on open invoices."""
        total: dict[str, int] = defaultdict(int)
        for invoice in self.invoices:
            total[invoice.currency or NO_CURRENCY] += self.unpaid[invoice.activity_id]
        return dict(sorted(total.items()))


def newest_first(activities: Iterable[Doing]) -> list[Doing]:
    """Return activities by time, newest first; undated ones last, ties by id."""
    ordered = sorted(activities, key=lambda doing: doing.activity_id)
    dated = [doing for doing in ordered if doing.occurred_at is not None]
    dated.sort(key=lambda doing: doing.occurred_at or 0, reverse=True)
    return dated + [doing for doing in ordered if doing.occurred_at is None]


def open_work(activities: Sequence[Doing]) -> OpenWork:
    """Return what is open among activities that come newest first."""
    going: dict[str, list[Doing]] = defaultdict(list)
    paid: dict[str, int] = defaultdict(int)
    for doing in activities:
        if doing.kind == "payment" and doing.references_activity_id:
            paid[doing.references_activity_id] += doing.amount_cents or 0
        elif is_open(doing):
            going[doing.kind].append(doing)
    due = [*going["invoice"], *going["supplier_invoice"]]
    return OpenWork(
        orders=going["order"],
        deals=going["deal"],
        agreed_deals=[d for d in activities if d.kind == "deal" and d.terms and _is_agreed(d)],
        tickets=going["ticket"],
        invoices=going["invoice"],
        purchase_orders=going["purchase_order"],
        supplier_invoices=going["supplier_invoice"],
        unpaid={d.activity_id: max((d.amount_cents or 0) - paid[d.activity_id], 0) for d in due},
    )


def _is_agreed(deal: Doing) -> bool:
    return (deal.status or "").casefold() in AGREED


def process_part(work: OpenWork, marking: Marking) -> dict[str, object]:
    """Return the `process` part of a view; kinds of which nothing is open are left out, but for the usual."""
    part = {
        "open_orders": _listed(work.orders, marking),
        "open_deals": _listed(work.deals, marking),
        "deals_with_terms": _listed(work.agreed_deals, marking),
        "open_tickets": _listed(work.tickets, marking),
        "invoices_due": _listed(work.invoices, marking, unpaid=work.unpaid),
    }
    part["invoices_due"]["due_cents"] = marking.of(work.due_by_currency(), Classification.FINANCIAL)
    if work.purchase_orders:
        part["open_purchase_orders"] = _listed(work.purchase_orders, marking)
    if work.supplier_invoices:
        part["supplier_invoices_due"] = _listed(work.supplier_invoices, marking, unpaid=work.unpaid)
    return dict(part)


def _listed(
    doings: Sequence[Doing], marking: Marking, *, unpaid: Mapping[str, int] | None = None
) -> dict[str, object]:
    shown = [told(doing, marking, unpaid=unpaid) for doing in doings[:MOST_SHOWN]]
    return {"count": len(doings), "items": shown}


def told(doing: Doing, marking: Marking, *, unpaid: Mapping[str, int] | None = None) -> dict[str, object]:
    """Return an activity as views show it; what it does not state is left out."""
    item: dict[str, object] = {
        "activity_id": doing.activity_id,
        "kind": doing.kind,
        "source": doing.source,
        "at": doing.occurred_at,
        "title": marking.of(doing.title, Classification.PII),
        "status": doing.status,
        "priority": doing.priority,
        "terms": marking.of(doing.terms, Classification.PII),
        "amount_cents": marking.of(doing.amount_cents, Classification.FINANCIAL),
        "currency": marking.of(doing.currency, Classification.FINANCIAL),
        "due_at": marking.of(doing.due_at, Classification.FINANCIAL),
        "belongs_to": doing.references_activity_id,
    }
    if unpaid is not None:
        item["due_cents"] = marking.of(unpaid[doing.activity_id], Classification.FINANCIAL)
    return {name: value for name, value in item.items() if value is not None}
