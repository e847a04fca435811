"""One message as a row: decoded, its signature apart, its attachments as what they are called and weigh.

Text stays as it was written: what a message says is data, never an instruction. The older parser of the
standard library is used on purpose: the newer one takes five times as long and fails on broken headers.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from html import unescape
from typing import Any, TypeAlias

from charset_normalizer import from_bytes

SIGNATURE = re.compile(r"^-- ?\n", re.M)  # RFC 3676: a line of dash, dash, space
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.I | re.S)
IDS = re.compile(r"<[^>\s]+>")
Part: TypeAlias = "Message[str, str]"  # subscripted for the type checker only


class MessageFault(ValueError):
    """Bytes that are no message; `field` names what is missing or cannot be read."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        super().__init__(reason)


def message_row(raw: bytes) -> dict[str, Any]:
    """Return the fields of a message, all but its id and place; times in UTC, addresses in lower case.

    Raises:
        MessageFault: there is no sender or no date, so that nobody can tell whose and when it is.
    """
    message: Part = message_from_bytes(raw, policy=policy.compat32)
    senders = _addresses(message, "from")
    if not senders:
        raise MessageFault("from", "the message has no sender")
    parts = [part for part in message.walk() if not part.is_multipart()]
    text, signature = _split(_body(parts))
    return {
        "thread_id": next(_ids(message, "references", "in-reply-to", "message-id"), None),
        "sent_at": _sent_at(message),
        "from_name": senders[0]["name"],
        "from_email": senders[0]["email"],
        "to_addresses": _as_json(_addresses(message, "to")),
        "cc_addresses": _as_json(_addresses(message, "cc")),
        "subject": _header(message.get("subject", "")),
        "body_text": text,
        "signature": signature,
        "attachments": _as_json([_attachment(part) for part in parts if _is_attachment(part)]),
        "in_reply_to": next(_ids(message, "in-reply-to"), None),
    }


def _sent_at(message: Part) -> str:
    stated = message.get("date")
    if stated is None:
        raise MessageFault("date", "the message has no date")
    try:
        moment = parsedate_to_datetime(str(stated))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MessageFault("date", f"the date {_clean(str(stated))[:40]!r} cannot be read") from error
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _addresses(message: Part, header: str) -> list[dict[str, str | None]]:
    stated = [str(value) for value in message.get_all(header, [])]
    return [
        {"name": _header(name) or None, "email": _clean(address).lower()}
        for name, address in getaddresses(stated)
        if "@" in address
    ]


def _header(value: object) -> str:
    """Return a header's text; one whose encoding is broken stays as it is written."""
    text = " ".join(str(value).split())
    if "=?" in text:
        try:
            text = str(make_header(decode_header(text)))
        except (HeaderParseError, LookupError, ValueError):
            return _clean(text)
    return _clean(text)


def _ids(message: Part, *headers: str) -> Iterator[str]:
    return (found for header in headers for found in IDS.findall(_clean(str(message.get(header, "")))))


def _is_attachment(part: Part) -> bool:
    return part.get_filename() is not None or part.get_content_disposition() == "attachment"


def _body(parts: list[Part]) -> str:
    texts = [p for p in parts if p.get_content_maintype() == "text" and not _is_attachment(p)]
    for part in texts:
        if part.get_content_subtype() == "plain":
            return _decoded(part)
    return unescape(TAGS.sub(" ", _decoded(texts[0]))) if texts else ""


def _decoded(part: Part) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        text = raw.decode(part.get_content_charset() or "utf-8")
    except (LookupError, ValueError):
        best = from_bytes(raw).best()  # the message names a charset that it does not keep to
        text = str(best) if best is not None else raw.decode("latin-1")
    return text.replace("\r\n", "\n")


def _split(body: str) -> tuple[str, str | None]:
    """Return the text and the signature below its last separator."""
    marks = list(SIGNATURE.finditer(body))
    if not marks:
        return _clean(body.strip()), None
    last = marks[-1]
    return _clean(body[: last.start()].strip()), _clean(body[last.end() :].strip()) or None


def _attachment(part: Part) -> dict[str, Any]:
    content = part.get_payload(decode=True)
    name = part.get_filename()
    size = len(content) if isinstance(content, bytes) else 0
    return {"name": _header(name) if name else None, "type": part.get_content_type(), "size": size}


def _clean(text: str) -> str:
    # Bytes that no charset explains come as lone surrogates, which no database takes.
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
