"""A day of the sandbox's mail: unread mail is read, and new mail comes in and is answered."""

import random
import sqlite3
from datetime import date, datetime, time, timedelta
from email.parser import BytesParser
from email.policy import default
from email.utils import getaddresses
from pathlib import Path

from demo.business.phrases import phrase
from demo.population.population import OUR_INFO
from demo.systems.entries import at_work
from demo.systems.maildir import MailServer
from demo.systems.messages import Mailer, Message
from demo.systems.truth import Truth, correspondent_id


def change_mail(
    folder: Path, contacts: sqlite3.Connection, *, day: date, rng: random.Random, truth: Truth
) -> list[str]:
    """Read what was unread in the main mailbox, and deliver a question of a known contact and its answer.

    Return what happened, in words.
    """
    place = folder / "info"
    fresh = sorted((place / "new").iterdir())
    for unread in fresh:
        unread.rename(place / "cur" / f"{unread.name}:2,S")
    count = sum(1 for box in folder.iterdir() for sub in ("cur", "new") for _ in (box / sub).iterdir())
    server = MailServer(folder, now=datetime.combine(day, time(23, 59)), first=count + 1)
    ours = Mailer("Info", _our_address(place, truth))
    query = "select id, last_name, email from contacts where email like ? and deleted_at is null order by id"
    contact, last_name, email = rng.choice(contacts.execute(query, ["%@%.example"]).fetchall())
    they = Mailer(last_name or "", email)
    truth.note(correspondent_id(email), truth.entities[f"crm:contact:{contact}"])
    first = f"d{day:%Y%m%d}.{count}.0@{email.lower().partition('@')[2]}"
    sent = at_work(day, rng)
    question = phrase("order", "en", rng, reference=f"{400_000 + rng.randrange(1, 200)}")
    asked = _message(first, sent, they, ours, text=question, references=())
    answer = phrase("thanks", "en", rng)
    answered = _message(
        first.replace(".0@", ".1@"),
        sent + timedelta(minutes=40),
        ours,
        they,
        text=answer,
        references=(first,),
    )
    for message in (asked, answered):
        server.deliver("info", message.sent, message.to_bytes())
    told = [f"{len(fresh)} unread mails were read"] if fresh else []
    return [*told, f"{email} asked a question, and was answered"]


def _our_address(place: Path, truth: Truth) -> str:
    """Return the address of the main mailbox, which its mail was sent to or from."""
    for path in sorted((place / "cur").iterdir()):
        headers = BytesParser(policy=default).parsebytes(path.read_bytes(), headersonly=True)
        named = [str(headers[name]) for name in ("From", "To", "Cc") if headers[name]]
        for _, address in getaddresses(named):
            if truth.entities.get(correspondent_id(address)) == OUR_INFO:
                return address
    message = f"no mail in {place} names the main mailbox"
    raise LookupError(message)


def _message(
    message_id: str, sent: datetime, sender: Mailer, to: Mailer, *, text: str, references: tuple[str, ...]
) -> Message:
    return Message(
        message_id=message_id,
        sent=sent,
        hours_east=0,
        sender=sender,
        to=(to,),
        subject=f"{'Re: ' if references else ''}Delivery",
        body=text,
        references=references,
    )
