import sqlite3
from collections import Counter
from datetime import datetime, time
from email.message import EmailMessage
from pathlib import Path

import pytest

from demo.business.correspondence import Correspondence, mailbox_side, personal_occasions
from demo.business.occasions import Topic
from demo.population.atlas import Seed
from demo.population.population import Population
from demo.systems.maildir import MailServer
from demo.systems.truth import Truth, correspondent_id


def whole(mails: list[EmailMessage]) -> list[EmailMessage]:
    """The messages that are not broken on purpose."""
    return [mail for mail in mails if mail["Message-ID"] and not str(mail["Message-ID"]).startswith("<b0")]


def test_a_reply_names_the_message_that_it_answers(mails: list[EmailMessage]) -> None:
    ids = {str(mail["Message-ID"]).strip() for mail in whole(mails)}
    answered = [str(mail["In-Reply-To"]).strip() for mail in whole(mails) if mail["In-Reply-To"]]

    assert len(answered) > 50
    assert set(answered) <= ids


def test_a_reply_lists_its_thread_and_comes_later(mails: list[EmailMessage]) -> None:
    sent = {str(mail["Message-ID"]).strip(): mail["Date"].datetime for mail in whole(mails)}
    for mail in whole(mails):
        thread = str(mail["References"] or "").split()
        assert [sent[key] for key in thread] == sorted(sent[key] for key in thread)
        assert all(sent[key] < mail["Date"].datetime for key in thread)


def test_some_messages_end_in_a_signature(mails: list[EmailMessage]) -> None:
    bodies = [mail.get_body() for mail in whole(mails)]
    signed = [body for body in bodies if body is not None and "\n-- \n" in body.get_content()]

    assert 0.3 < len(signed) / len(bodies) < 0.95


def test_pdfs_and_tables_are_attached(mails: list[EmailMessage]) -> None:
    kinds = Counter(part.get_content_type() for mail in mails for part in mail.iter_attachments())

    assert kinds["application/pdf"] > 5
    assert kinds["text/csv"] > 0


def test_charsets_and_encodings_differ(mails: list[EmailMessage]) -> None:
    charsets = {str(part.get_content_charset()) for mail in mails for part in mail.walk()}
    encodings = {str(part["Content-Transfer-Encoding"]) for mail in mails for part in mail.walk()}

    assert {"utf-8", "iso-8859-1", "windows-1252"} <= charsets
    assert {"quoted-printable", "base64", "8bit"} <= encodings


@pytest.mark.parametrize("greeting", ["Hello ", "Guten Tag ", "Bonjour ", "Beste ", "Hej "])
def test_people_write_in_their_language(greeting: str, mails: list[EmailMessage]) -> None:
    bodies = [mail.get_body() for mail in whole(mails)]

    assert any(body is not None and body.get_content().startswith(greeting) for body in bodies)


def test_a_message_lies_in_two_mailboxes(mails: list[EmailMessage]) -> None:
    assert Counter(str(mail["Message-ID"]) for mail in whole(mails)).most_common(1)[0][1] == 2


def test_a_reminder_names_an_invoice_that_is_there(
    mails: list[EmailMessage], systems: sqlite3.Connection
) -> None:
    numbers = {row[0] for row in systems.execute("select invoice_no from erp.invoices")}
    subjects = [str(mail["Subject"]) for mail in mails if str(mail["Subject"]).endswith(" is overdue")]
    named = {subject.split()[-3] for subject in subjects}

    assert named
    assert named <= numbers


def test_leavers_and_movers_write(population: Population) -> None:
    topics = Counter(occasion.topic for occasion in personal_occasions(population))

    assert topics[Topic.GOODBYE] > 0
    assert topics[Topic.MOVE] > 0


def test_an_address_is_noted_with_its_owner(population: Population, tmp_path: Path) -> None:
    truth = Truth()
    server = MailServer(tmp_path, now=datetime.combine(population.last_day, time()))
    occasions = list(personal_occasions(population))[:5]

    Correspondence(population, server, truth).write(occasions)

    assert server.count >= 5
    owners = {correspondent_id(address): who for address, who in population.owners.items()}
    assert truth.entities
    assert truth.entities.items() <= owners.items()


def test_a_shared_mailbox_signs_for_its_firm(population: Population) -> None:
    side = mailbox_side(population.mailboxes[0], "de", Seed("t").dice(2))

    assert side.mailer.email == population.mailboxes[0].email
