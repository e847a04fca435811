from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from demo.systems.messages import Attachment, Mailer, Message, encoded_word, pdf_page

BODY = "Grüße aus Köln,\n\nwir zahlen 10 €.\n. Punkt\n"


def message(**changes: object) -> Message:
    fields: dict[str, object] = {
        "message_id": "1.2@sender.example",
        "sent": datetime(2026, 3, 4, 23, 30),  # noqa: DTZ001  # UTC by contract
        "hours_east": 1,
        "sender": Mailer("Jürgen Groß", "JG@sender.example"),
        "to": (Mailer("Weber, Ina", "ina@us.example"), Mailer("", "info@us.example")),
        "subject": "Rückfrage zu einer sehr langen Betreffzeile über die Lieferung der Geräte nach Köln",
        "body": BODY,
    }
    return Message(**{**fields, **changes})  # type: ignore[arg-type]


def read(written: Message) -> EmailMessage:
    parsed = message_from_bytes(written.to_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert all(not part.defects for part in parsed.walk())
    return parsed


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "us-ascii"])
@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_text_comes_back_from_every_encoding(charset: str, encoding: str) -> None:
    parsed = read(message(charset=charset, encoding=encoding, signature="J. Groß\nLeiter"))

    assert parsed.get_content() == f"{BODY}\n-- \nJ. Groß\nLeiter\n"


def test_headers_come_back() -> None:
    parsed = read(message(cc=(Mailer("Bo Ek", "bo@us.example"),), references=("a@x.example", "b@x.example")))

    assert parsed["Subject"] == message().subject
    assert parsed["From"].addresses[0].display_name == "Jürgen Groß"
    assert [a.display_name for a in parsed["To"].addresses] == ["Weber, Ina", ""]
    assert parsed["Cc"].addresses[0].addr_spec == "bo@us.example"
    assert parsed["Date"].datetime.isoformat() == "2026-03-05T00:30:00+01:00"
    assert parsed["In-Reply-To"] == "<b@x.example>"
    assert parsed["References"].split() == ["<a@x.example>", "<b@x.example>"]


def test_attachments_come_back() -> None:
    files = (
        Attachment("a.pdf", "application/pdf", pdf_page(["A (b)"])),
        Attachment("b.csv", "text/csv", b"x,y\n1,2\n"),
    )
    parsed = read(message(attachments=files))
    attached = list(parsed.iter_attachments())

    assert [part.get_filename() for part in attached] == ["a.pdf", "b.csv"]
    assert attached[0].get_payload(decode=True) == files[0].content
    body = parsed.get_body()
    assert body is not None
    assert body.get_content().startswith("Grüße")


def test_a_pdf_says_where_its_objects_are() -> None:
    content = pdf_page(["Invoice", "12.00 EUR"])
    start = int(content.split(b"startxref\n")[1].split()[0])

    assert content.startswith(b"%PDF-1.4")
    assert content[start : start + 4] == b"xref"


def test_ascii_headers_stay_readable() -> None:
    assert encoded_word("Order 7", "utf-8") == "Order 7"
