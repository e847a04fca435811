"""Mails that are not as mails should be: orders to an assistant, and headers that no standard allows."""

from datetime import datetime, timedelta

from demo.business.correspondence import Correspondence, Side
from demo.business.injections import EVERY_MAIL, MAILS
from demo.business.occasions import Topic
from demo.population.population import Population
from demo.systems.entries import at_work
from demo.systems.maildir import MailServer
from demo.systems.messages import Message


def write_injections(population: Population, correspondence: Correspondence) -> None:
    """Deliver the mails that try to give an assistant orders, from addresses of real customers."""
    length = (population.last_day - population.first_day).days
    buyers = [firm.number for firm in population.firms if firm.buys]
    for number in range(max(len(MAILS), population.parties // EVERY_MAIL)):
        rng = population.seed.dice("injection", number)
        subject, text = MAILS[number % len(MAILS)]
        day = population.first_day + timedelta(days=rng.randrange(length))
        they = correspondence.outsider(rng.choice(buyers), None, day, rng)
        if they is not None:
            folder, we = correspondence.our_side(Topic.QUOTE, day, rng)
            message_id = f"x{number:06}.0.{rng.getrandbits(32):08x}@{_host(they)}"
            sent = at_work(day, rng)
            correspondence.deliver(
                folder, _plain(they, we, message_id, sent=sent, subject=subject, text=text)
            )


def write_broken(population: Population, correspondence: Correspondence, server: MailServer) -> None:
    """Deliver messages with no id, no readable date, a date to come, an unknown charset, HTML alone."""
    day = population.last_day - timedelta(days=40)
    rng = population.seed.dice("broken mails")
    buyers = [firm.number for firm in population.firms if firm.buys]
    for number, (old, new) in enumerate(BREAKS):
        they = correspondence.outsider(rng.choice(buyers), None, day, rng)
        if they is None:
            continue
        folder, we = correspondence.our_side(Topic.QUOTE, day, rng)
        sent = at_work(day, rng)
        message_id = f"b{number:06}.0.{rng.getrandbits(32):08x}@{_host(they)}"
        message = _plain(they, we, message_id, sent=sent, subject="Message", text="See below.")
        content = message.to_bytes()
        lines = [new if line.startswith(old) else line for line in content.split(b"\n")]
        correspondence.note(message)
        server.deliver(folder, sent, b"\n".join(line for line in lines if line != DROPPED))


DROPPED = b"(dropped)"
BREAKS = (
    (b"Message-ID:", DROPPED),
    (b"Date:", b"Date: the day before yesterday"),
    (b"Date:", b"Date: Tue, 03 Feb 2093 09:30:00 +0000"),
    (b"Content-Type:", b"Content-Type: text/plain; charset=x-mac-klingon"),
    (b"Content-Type:", b"Content-Type: text/html; charset=utf-8"),
)


def _plain(they: Side, we: Side, message_id: str, *, sent: datetime, subject: str, text: str) -> Message:
    return Message(
        message_id=message_id,
        sent=sent,
        hours_east=0,
        sender=they.mailer,
        to=(we.mailer,),
        subject=subject,
        body=text,
        signature=they.signature,
    )


def _host(side: Side) -> str:
    return side.mailer.email.partition("@")[2].lower()
