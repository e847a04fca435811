import json
from email.message import EmailMessage

import pytest
from company_systems import message

from pipelines.connectors.mail_message import MessageFault, message_row


def test_a_message_is_decoded_and_its_signature_set_apart() -> None:
    row = message_row(message("<1@x>", "Grüße aus Köln"))

    assert (row["subject"], row["body_text"], row["signature"]) == ("Grüße aus Köln", "Hello", "Ann Lee")
    assert (row["from_name"], row["from_email"]) == ("Ann Lee", "ann@example.com")
    assert row["sent_at"] == "2024-05-01T08:00:00Z"
    assert json.loads(row["to_addresses"]) == [{"name": "Bo", "email": "bo@example.org"}]


def test_attachments_are_named_and_weighed_but_not_kept() -> None:
    mail = EmailMessage()
    mail["From"], mail["Date"] = "a@b.org", "Wed, 01 May 2024 10:00:00 +0000"
    mail.set_content("See below")
    mail.add_attachment(b"12345", maintype="application", subtype="pdf", filename="Rechnung Nº 5.pdf")

    row = message_row(mail.as_bytes())

    assert json.loads(row["attachments"]) == [
        {"name": "Rechnung Nº 5.pdf", "type": "application/pdf", "size": 5}
    ]
    assert row["body_text"] == "See below"


@pytest.mark.parametrize(
    ("charset", "raw"),
    [("utf-8", "Köln".encode()), ("iso-8859-1", "Köln".encode("latin-1")), ("no-such", "Köln".encode())],
)
def test_any_charset_is_decoded(charset: str, raw: bytes) -> None:
    head = (
        f"From: a@b.org\nDate: Wed, 01 May 2024 10:00:00 +0000\nContent-Type: text/plain; charset={charset}\n"
    )
    head += "Content-Transfer-Encoding: 8bit\n\n"

    assert message_row(head.encode() + raw)["body_text"] == "Köln"


def test_a_thread_is_named_by_the_message_that_began_it() -> None:
    head = b"From: a@b.org\nDate: Wed, 01 May 2024 10:00:00 +0000\nMessage-ID: <3@x>\n"
    head += b"In-Reply-To: <2@x>\nReferences: <1@x> <2@x>\n\n"

    row = message_row(head)

    assert (row["thread_id"], row["in_reply_to"]) == ("<1@x>", "<2@x>")


def test_html_alone_is_read_as_text() -> None:
    head = b"From: a@b.org\nDate: Wed, 01 May 2024 10:00:00 +0000\nContent-Type: text/html\n\n"

    row = message_row(head + b"<style>p{}</style><p>Fish &amp; chips</p>")

    assert row["body_text"] == "Fish & chips"


@pytest.mark.parametrize(
    ("raw", "field"),
    [(b"Date: now\n\n", "from"), (b"From: a@b.org\n\n", "date"), (b"From: a@b.org\nDate: soon\n\n", "date")],
)
def test_a_message_without_sender_or_date_is_refused(raw: bytes, field: str) -> None:
    with pytest.raises(MessageFault) as caught:
        message_row(raw)
    assert caught.value.field == field
