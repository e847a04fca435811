import sqlite3
from email.message import EmailMessage

from demo.business.injections import MAILS, NOTE, TICKET


def test_every_text_is_among_the_mails(mails: list[EmailMessage]) -> None:
    subjects = [str(mail["Subject"]) for mail in mails]

    assert all(subjects.count(subject) >= 1 for subject, _ in MAILS)


def test_one_ticket_and_one_note_give_orders_too(systems: sqlite3.Connection) -> None:
    tickets = systems.execute("select count(*) from itsm.tickets where description = ?", [TICKET]).fetchone()
    notes = systems.execute("select count(*) from crm.notes where body = ?", [NOTE]).fetchone()

    assert (tickets[0], notes[0]) == (1, 1)
