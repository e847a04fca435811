"""One message as a row: decoded, its signature apart, its attachments as what they are called and weigh.

Text stays as it was written: what a message says is data, never an instruction.
"""

import json
import re
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from datetime import UTC
from html import unescape
from typing import Any

from charset_normalizer import from_bytes

SIGNATURE = re.compile(r"^-- ?\r?\n", re.M)  # RFC 3676: a line of dash, dash, space
TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.I | re.S)


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
    message = BytesParser(policy=policy.default).parsebytes(raw)
    try:
        sender = _addresses(message, "from")
        body = _body(message)
        attachments = [_attachment(part) for part in message.iter_attachments()]
        text, signature = _split(body)
        return {
            "thread_id": _thread(message),
            "sent_at": _sent_at(message),
            "from_name": _sender(sender)["name"],
            "from_email": _sender(sender)["email"],
            "to_addresses": _as_json(_addresses(message, "to")),
            "cc_addresses": _as_json(_addresses(message, "cc")),
            "subject": _clean(str(message["subject"] or "")),
            "body_text": text,
            "signature": signature,
            "attachments": _as_json(attachments),
            "in_reply_to": _first_id(message, "in-reply-to"),
        }
    except MessageFault:
        raise
    except Exception as error:  # noqa: BLE001 - the parser of the standard library fails in many ways on junk
        raise MessageFault("message", f"the message cannot be parsed: {error}") from error


def _sender(addresses: list[dict[str, str | None]]) -> dict[str, str | None]:
    if not addresses:
        raise MessageFault("from", "the message has no sender")
    return addresses[0]


def _sent_at(message: EmailMessage) -> str:
    stated = message["date"]
    if stated is None:
        raise MessageFault("date", "the message has no date")
    try:
        moment = parsedate_to_datetime(str(stated))
    except ValueError as error:
        raise MessageFault("date", f"the date {str(stated)[:40]!r} cannot be read") from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _addresses(message: EmailMessage, header: str) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = []
    for value in message.get_all(header, []):
        stated: tuple[Address, ...] = getattr(value, "addresses", ())
        found += [
            {"name": _clean(address.display_name) or None, "email": address.addr_spec.lower()}
            for address in stated
            if address.domain
        ]
    return found


def _thread(message: EmailMessage) -> str | None:
    """Return the id of the message that began the conversation: the first reference, or itself."""
    return (
        _first_id(message, "references") or _first_id(message, "in-reply-to") or _first_id(message, "message-id")
    )


def _first_id(message: EmailMessage, header: str) -> str | None:
    found = re.search(r"<[^>\s]+>", str(message[header] or ""))
    return found[0] if found else None


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    text = _decoded(part)
    return text if part.get_content_type() == "text/plain" else unescape(TAGS.sub(" ", text))


def _decoded(part: Any) -> str:
    raw = part.get_payload(decode=True) or b""
    declared = part.get_content_charset() or "utf-8"
    try:
        text = raw.decode(declared)
    except (LookupError, UnicodeDecodeError):
        best = from_bytes(raw).best()  # the message names a charset that it does not keep to
        text = str(best) if best is not None else raw.decode("latin-1")
    return str(text).replace("\r\n", "\n")


def _split(body: str) -> tuple[str, str | None]:
    """Return the text and the signature below its last separator."""
    marks = list(SIGNATURE.finditer(body))
    if not marks:
        return _clean(body.strip()), None
    last = marks[-1]
    return _clean(body[: last.start()].strip()), _clean(body[last.end() :].strip()) or None


def _attachment(part: Any) -> dict[str, Any]:
    content = part.get_payload(decode=True)
    name = part.get_filename()
    size = len(content) if isinstance(content, bytes) else 0
    return {"name": _clean(name) if name else None, "type": part.get_content_type(), "size": size}


def _clean(text: str) -> str:
    # Bytes that no charset explains come as lone surrogates, which no database takes.
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
