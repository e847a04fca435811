"""The request context: which request this is, what it belongs to, for what and on whose behalf it is made."""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass

from context_api.errors import MalformedRequest

ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
PURPOSE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
LONGEST_PRINCIPAL = 200
ID_BITS = 96


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What a request says of itself; ids are made where it says none."""

    request_id: str
    correlation_id: str
    purpose: str | None = None
    on_behalf_of: str | None = None


def new_context() -> RequestContext:
    """Return the context of a request that says nothing of itself."""
    made = _new_id()
    return RequestContext(made, made)


def _new_id() -> str:
    """Return an id that no other request has; it is no secret, so the system is not asked for randomness."""
    return f"{random.getrandbits(ID_BITS):0{ID_BITS // 4}x}"


def context_of(headers: Iterable[tuple[bytes, bytes]]) -> RequestContext:
    """Return the context that the headers of a request state; their names are in lower case.

    Raises:
        MalformedRequest: A header is not of its form.
    """
    request_id = correlation_id = purpose = on_behalf_of = None
    for name, value in headers:
        if name == b"x-request-id":
            request_id = _matching(ID, name, value)
        elif name == b"x-correlation-id":
            correlation_id = _matching(ID, name, value)
        elif name == b"concord-purpose":
            purpose = _matching(PURPOSE, name, value)
        elif name == b"concord-on-behalf-of":
            on_behalf_of = _principal(value)
    request_id = request_id or _new_id()
    return RequestContext(request_id, correlation_id or request_id, purpose, on_behalf_of)


def _matching(form: re.Pattern[str], name: bytes, value: bytes) -> str:
    text = value.decode("latin-1")
    if not form.fullmatch(text):
        raise MalformedRequest(f"the header {name.decode()} must be of the form {form.pattern}")
    return text


def _principal(value: bytes) -> str:
    text = value.decode("utf-8", errors="replace")
    if not 0 < len(text) <= LONGEST_PRINCIPAL or not text.isprintable() or "\ufffd" in text:
        raise MalformedRequest(
            f"the header concord-on-behalf-of must be 1 to {LONGEST_PRINCIPAL} printable letters in UTF-8"
        )
    return text
