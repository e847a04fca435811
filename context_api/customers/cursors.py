"""Cursors: where the next page of a listing begins, sealed so that it serves for nothing else.

A cursor reads `<payload>.<signature>` in URL-safe base64. The signature binds it to the tenant, the listing
and its filters; the payload names the version, so that all pages of a listing tell of one version (law 7).
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from context_api.errors import FaultyCursor
from context_api.store.sealing import Sealer

PURPOSE = b"concord:cursor:1"
SIGNATURE_BYTES = 16
LONGEST_CURSOR = 1_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """The version that is listed, and the sort key of the last row that was given."""

    version: int
    after: tuple[str | int | float | None, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a cursor is good for: one listing of one tenant with some filters."""

    sealer: Sealer
    name: str
    filters: Mapping[str, object]

    def give(self, cursor: Cursor) -> str:
        """Return a cursor as the caller gets it."""
        payload = orjson.dumps([cursor.version, cursor.after])
        return f"{_text(payload)}.{_text(self._signature(payload))}"

    def take(self, given: str | None) -> Cursor | None:
        """Return the cursor that a caller sent back, None when there is none: the first page is meant.

        Raises:
            FaultyCursor: It was not given by this listing, with these filters, to this tenant.
        """
        if given is None:
            return None
        payload, _, signature = given.partition(".")
        try:
            plain = _bytes(payload)
            is_ours = hmac.compare_digest(_bytes(signature), self._signature(plain))
        except (Base64Error, ValueError):
            is_ours = False
        if not is_ours:
            raise FaultyCursor("the cursor is not of this listing with these filters; begin without one")
        version, after = orjson.loads(plain)
        return Cursor(version, tuple(after))

    def _signature(self, payload: bytes) -> bytes:
        stated = orjson.dumps(
            [self.sealer.tenant_id, self.name, dict(self.filters)], option=orjson.OPT_SORT_KEYS, default=str
        )
        key = hmac.digest(self.sealer.master, PURPOSE, "sha256")
        return hmac.digest(key, stated + b"\0" + payload, "sha256")[:SIGNATURE_BYTES]


def _text(plain: bytes) -> str:
    return urlsafe_b64encode(plain).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
