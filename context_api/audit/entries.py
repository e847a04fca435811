"""Audit entries: who read what, for whom and what for; names of fields, never their values."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Receipt:
    """One golden record in an answer: its entity version, and the names of the fields or sections given."""

    golden_id: str
    entity_version: int
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One read; `at` is ISO 8601 in UTC, `route` a template, `version` the visible version that answered."""

    tenant_id: str
    caller: str
    key_id: str
    route: str
    view: str
    status: int
    request_id: str
    correlation_id: str
    at: str
    version: int | None = None
    purpose: str | None = None
    on_behalf_of: str | None = None
    receipts: tuple[Receipt, ...] = ()


ENTRY_FIELDS = tuple(name for name in Entry.__slots__ if name != "receipts")


def genesis(writer: str) -> str:
    """Return what the first entry of a writer's chain is hashed with, in hex."""
    return hashlib.sha256(f"concord:audit:1:{writer}".encode()).hexdigest()


def chained(
    before: str, sequence: int, fields: Sequence[object], receipts: Sequence[Sequence[object]]
) -> str:
    """Return the hash of an entry in hex: SHA-256 of the one before and of the entry's canonical bytes.

    `fields` are those of `ENTRY_FIELDS` in order; `receipts` are as `receipt_fields` returns them.
    """
    canonical = orjson.dumps([sequence, fields, receipts])
    return hashlib.sha256(before.encode() + canonical).hexdigest()


def receipt_fields(entry: Entry) -> list[list[object]]:
    """Return (tenant, golden id, entity version, facts) of each receipt, in order, as hashed and kept.

    Two receipts of one golden record become one with the facts of both.
    """
    facts: dict[tuple[str, int], set[str]] = {}
    for receipt in entry.receipts:
        facts.setdefault((receipt.golden_id, receipt.entity_version), set()).update(receipt.facts)
    return [[entry.tenant_id, *key, " ".join(sorted(facts[key]))] for key in sorted(facts)]
