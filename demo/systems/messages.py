"""Mail messages as they lie in a mailbox: RFC 5322 with MIME, put into bytes by hand.

Python's own `email` package would do the same at a tenth of the speed; the tests read the bytes with it.
"""

import base64
import binascii
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.header import Header
from email.utils import format_datetime


@dataclass(frozen=True, slots=True)
class Mailer:
    """A name and address as they stand in a header."""

    name: str
    email: str

    def header(self, charset: str) -> str:
        """Return the mailbox in header form, encoded and quoted where it must be."""
        if not self.name:
            return self.email
        if not self.name.isascii():
            return f"{encoded_word(self.name, charset)} <{self.email}>"
        quotes = '"' if any(sign in '",.()<>@:;[]&' for sign in self.name) else ""
        return f"{quotes}{self.name}{quotes} <{self.email}>"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file at the end of a message."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message; `references` are the ids of the thread so far, oldest first."""

    message_id: str
    sent: datetime  # UTC
    hours_east: int  # of the sender's clock
    sender: Mailer
    to: tuple[Mailer, ...]
    cc: tuple[Mailer, ...] = ()
    subject: str
    body: str
    signature: str = ""
    references: tuple[str, ...] = ()
    charset: str = "utf-8"
    encoding: str = "quoted-printable"
    attachments: tuple[Attachment, ...] = ()

    @property
    def text(self) -> str:
        """The body with the signature after its separator."""
        return f"{self.body}\n-- \n{self.signature}\n" if self.signature else f"{self.body}\n"

    def to_bytes(self) -> bytes:
        """Return the message with line feeds, as Maildir keeps it."""
        charset = _charset_for(self.text + self.subject + self.sender.name, self.charset)
        lines = list(self._headers(charset))
        part = _text_part(self.text, charset, self.encoding)
        if not self.attachments:
            return "\n".join(lines).encode() + b"\n" + part
        boundary = f"=_{zlib.crc32(self.message_id.encode()):08x}"
        lines += ["MIME-Version: 1.0", f'Content-Type: multipart/mixed; boundary="{boundary}"', ""]
        chunks = [part.removeprefix(b"MIME-Version: 1.0\n"), *map(_attached, self.attachments)]
        middle = b"".join(f"--{boundary}\n".encode() + chunk + b"\n" for chunk in chunks)
        return "\n".join(lines).encode() + b"\n" + middle + f"--{boundary}--\n".encode()

    def _headers(self, charset: str) -> Iterator[str]:
        clock = timezone(timedelta(hours=self.hours_east))
        local = self.sent.replace(tzinfo=UTC).astimezone(clock)
        yield f"Message-ID: <{self.message_id}>"
        yield f"Date: {format_datetime(local)}"
        yield f"From: {self.sender.header(charset)}"
        yield "To: " + ",\n ".join(mailer.header(charset) for mailer in self.to)
        if self.cc:
            yield "Cc: " + ",\n ".join(mailer.header(charset) for mailer in self.cc)
        yield f"Subject: {encoded_word(self.subject, charset)}"
        if self.references:
            yield f"In-Reply-To: <{self.references[-1]}>"
            yield "References: " + "\n ".join(f"<{reference}>" for reference in self.references)


def encoded_word(text: str, charset: str) -> str:
    """Return header text as it is where it is ASCII, else as RFC 2047 words."""
    if text.isascii():
        return text
    return Header(text, _charset_for(text, charset), maxlinelen=70).encode(linesep="\n")


def _charset_for(text: str, wished: str) -> str:
    try:
        text.encode(wished)
    except UnicodeEncodeError:
        return "utf-8"
    return wished


def _text_part(text: str, charset: str, encoding: str) -> bytes:
    raw = text.encode(charset)
    if encoding == "quoted-printable":
        content = binascii.b2a_qp(raw, istext=True)
    elif encoding == "base64":
        content = base64.encodebytes(raw)
    else:
        content, encoding = raw, "8bit" if not raw.isascii() else "7bit"
    head = f"MIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n"
    return f"{head}Content-Transfer-Encoding: {encoding}\n\n".encode() + content


def _attached(attachment: Attachment) -> bytes:
    head = (
        f'Content-Type: {attachment.content_type}; name="{attachment.name}"\n'
        f'Content-Disposition: attachment; filename="{attachment.name}"\n'
        "Content-Transfer-Encoding: base64\n\n"
    )
    return head.encode() + base64.encodebytes(attachment.content)


def pdf_page(lines: list[str]) -> bytes:
    """Return a PDF of one page that shows these lines."""
    shown = "".join(f"({_pdf_text(line)}) Tj T* " for line in lines)
    stream = f"BT /F1 11 Tf 14 TL 60 780 Td {shown}ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    document, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(document))
        document += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(document)}\n%%EOF\n"
    return document + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()


def _pdf_text(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
