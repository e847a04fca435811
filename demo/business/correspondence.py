"""The mail that the demo company exchanges: threads that grow out of what happened that day.

A thread has up to four messages, each answering the one before. Addresses of outsiders are those of their
employer on that day, now and then a private one; display names are as their owners set them.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from demo.business.occasions import Occasion, Topic
from demo.business.phrases import phrase, phrases
from demo.population.population import Population
from demo.systems.entries import at_work
from demo.systems.maildir import MailServer
from demo.systems.messages import Attachment, Mailer, Message, pdf_page
from demo.systems.spellings import phone_text, street_text, whole_name
from demo.systems.truth import Truth, correspondent_id
from demo.world import Mailbox, Person

OUR_MAILBOX = {  # position among the demo company's shared mailboxes: info, rechnung, it, einkauf
    Topic.QUOTE: 0,
    Topic.ORDER: 0,
    Topic.GOODBYE: 0,
    Topic.MOVE: 0,
    Topic.REMINDER: 1,
    Topic.TICKET: 2,
    Topic.SUPPLIER_INVOICE: 3,
}
WE_BEGIN = {Topic.REMINDER}
WITH_PDF = {Topic.QUOTE, Topic.ORDER, Topic.REMINDER, Topic.SUPPLIER_INVOICE}
ACCOUNT_MANAGERS = 4  # of our people have a mailbox of their own; the rest share
LENGTHS = (1, 1, 1, 2, 2, 3, 4)
EVERY_COPIED = 25  # of the threads, one in so many also lies in a colleague's mailbox, message by message
ENCODINGS = (
    ("utf-8", "quoted-printable"),
    ("utf-8", "quoted-printable"),
    ("utf-8", "base64"),
    ("iso-8859-1", "quoted-printable"),
    ("windows-1252", "8bit"),
    ("utf-8", "8bit"),
)
HOURS_EAST = {"de": 1, "fr": 1, "nl": 1, "sv": 1, "en": 0}


@dataclass(frozen=True, slots=True)
class Side:
    """One party to a thread: its header name and address, how to greet it, and its signature."""

    mailer: Mailer
    greeted: str
    signature: str
    language: str


def person_side(population: Population, position: int, day: date, rng: random.Random) -> Side:
    """Return a person as a correspondent on a day."""
    person = population.people[position]
    state = person.at(day)
    email = person.private_email if rng.random() < 0.07 else state.email
    if rng.random() < 0.03:
        email = email.upper()
    settings = population.seed.dice("mail program", state.email)  # set up once, then the same in every mail
    name = "" if settings.random() < 0.08 else whole_name(person, state, settings, family_first=0.12)
    signature = _signature(person, day, rng) if rng.random() < 0.7 else ""
    return Side(Mailer(name, email), state.family_name, signature, person.language)


def mailbox_side(mailbox: Mailbox, language: str, rng: random.Random) -> Side:
    """Return a shared mailbox as a correspondent."""
    organization = mailbox.owner
    signature = f"{organization.full_name}\n{organization.phone.international}"
    name = rng.choice(mailbox.names)
    return Side(Mailer(name, mailbox.email), name, signature if rng.random() < 0.5 else "", language)


def _signature(person: Person, day: date, rng: random.Random) -> str:
    state = person.at(day)
    lines = [f"{person.given_name} {state.family_name}", state.job_title]
    if state.employer:
        address = state.employer.address
        lines += [
            state.employer.full_name,
            f"{street_text(address, rng)}, {address.postcode} {address.city}",
            f"T {phone_text(state.phone, rng)}",
        ]
    return "\n".join(lines)


def personal_occasions(population: Population) -> Iterator[Occasion]:
    """Yield the days on which people say goodbye and firms say that they have moved."""
    span = (population.first_day, population.last_day)
    for position, person in enumerate(population.people):
        for before, state in zip(person.states, person.states[1:], strict=False):
            old = before.employer
            if old is not None and state.employer is not old and position % 2 == 0:
                day = state.since - timedelta(days=1)
                firm = population.firm_of(old).number
                yield Occasion(max(day, span[0]), Topic.GOODBYE, firm, position, old.name, 0)
    for mover in population.firms[1:]:
        if span[0] < mover.moved_on <= span[1]:
            address = mover.organization.address
            text = f"{address.street_line}, {address.postcode} {address.city}"
            yield Occasion(mover.moved_on, Topic.MOVE, mover.number, None, text, 0)


class Correspondence:
    """Writes threads to the mail server, and notes who stands behind each outside and own address."""

    def __init__(self, population: Population, server: MailServer, truth: Truth) -> None:
        self._population, self._server, self._truth = population, server, truth
        self._threads = 0

    def write(self, occasions: Iterable[Occasion]) -> None:
        """Write a thread for each occasion, oldest first."""
        for occasion in sorted(occasions, key=lambda o: (o.day, o.topic, o.firm, o.reference)):
            self._threads += 1
            rng = self._population.seed.dice("thread", occasion.topic, occasion.reference, occasion.firm)
            they = self.outsider(occasion.firm, occasion.person, occasion.day, rng)
            if they is not None:
                self._write_thread(occasion, they, rng)

    def outsider(self, firm: int, person: int | None, day: date, rng: random.Random) -> Side | None:
        """Return who writes for a firm: the person of the occasion, a shared mailbox, or any colleague."""
        if person is not None:
            return person_side(self._population, person, day, rng)
        shared = self._population.mailboxes_of.get(firm)
        if shared and rng.random() < 0.4:
            mailbox = self._population.mailboxes[rng.choice(shared)]
            return mailbox_side(mailbox, self._population.firms[firm].language, rng)
        staff = self._population.colleagues(firm, day)
        return person_side(self._population, rng.choice(staff), day, rng) if staff else None

    def our_side(self, topic: Topic, day: date, rng: random.Random) -> tuple[str, Side]:
        """Return the mailbox of ours that a thread lies in, and how it presents itself."""
        shared = self._population.mailboxes_of[0]
        if rng.random() < 0.35:
            side = person_side(self._population, rng.randrange(ACCOUNT_MANAGERS), day, rng)
            work = self._population.people[0].states[0].email.partition("@")[2]
            if side.mailer.email.endswith(f"@{work}"):
                return side.mailer.email.partition("@")[0], side
        mailbox = self._population.mailboxes[shared[OUR_MAILBOX[topic]]]
        return mailbox.email.partition("@")[0], mailbox_side(mailbox, "de", rng)

    def _write_thread(self, occasion: Occasion, they: Side, rng: random.Random) -> None:
        folder, we = self.our_side(occasion.topic, occasion.day, rng)
        language = they.language if they.language in phrases()[occasion.topic] else "en"
        subject = phrase(f"subject_{occasion.topic}", language, rng, reference=occasion.reference)
        carbon = self._carbon_copy(occasion, rng)
        folder_of_copy = ""
        if self._threads % EVERY_COPIED == 0:
            colleague = self._population.people[0].at(occasion.day)
            folder_of_copy = colleague.email.partition("@")[0]
            carbon = (*carbon, Mailer("", colleague.email))
        sent, quoted = at_work(occasion.day, rng), ""
        references: tuple[str, ...] = ()
        charset, encoding = rng.choice(ENCODINGS)
        for place in range(rng.choice(LENGTHS)):
            ours = (place % 2 == 1) != (occasion.topic in WE_BEGIN)
            sender, receiver = (we, they) if ours else (they, we)
            message = Message(
                message_id=f"{self._threads:06}.{place}.{rng.getrandbits(32):08x}@{_host(sender)}",
                sent=sent,
                hours_east=1 if ours else HOURS_EAST[they.language],
                sender=sender.mailer,
                to=(receiver.mailer,),
                cc=carbon,
                subject=f"{'AW' if language == 'de' else 'Re'}: {subject}" if place else subject,
                body=_body(occasion, receiver, rng, language=language, ours=ours, place=place) + quoted,
                signature=sender.signature,
                references=references,
                charset=charset,
                encoding=encoding,
                attachments=_attachments(occasion, rng) if place < 2 else (),
            )
            for box in {folder: None, folder_of_copy: None} if folder_of_copy else (folder,):
                self.deliver(box, message)
            references = (*references, message.message_id)
            quoted = f"\n\n> {_first_lines(message.body)}" if rng.random() < 0.5 else ""
            sent += timedelta(minutes=rng.randrange(4, 3000))
            if sent.date() > self._population.last_day:
                break

    def _carbon_copy(self, occasion: Occasion, rng: random.Random) -> tuple[Mailer, ...]:
        staff = self._population.colleagues(occasion.firm, occasion.day)
        if not staff or rng.random() < 0.85:
            return ()
        return (person_side(self._population, rng.choice(staff), occasion.day, rng).mailer,)

    def deliver(self, folder: str, message: Message) -> None:
        """Put a message into one of our mailboxes."""
        self.note(message)
        self._server.deliver(folder, message.sent, message.to_bytes())

    def note(self, message: Message) -> None:
        """Note whose addresses a message names."""
        for mailer in (message.sender, *message.to, *message.cc):
            address = mailer.email.lower()
            self._truth.note(correspondent_id(address), self._population.owners[address])


def _host(side: Side) -> str:
    return side.mailer.email.partition("@")[2].lower()


def _body(
    occasion: Occasion, receiver: Side, rng: random.Random, *, language: str, ours: bool, place: int
) -> str:
    topic = f"reply_{occasion.topic}" if ours else str(occasion.topic) if place < 2 else "thanks"
    amount = f"{occasion.amount_cents / 100:,.2f} EUR"
    text = phrase(topic, language, rng, reference=occasion.reference, amount=amount)
    greeting = phrase("greeting", language, rng, name=receiver.greeted)
    return f"{greeting}\n\n{text}\n\n{phrase('closing', language, rng)}"


def _first_lines(body: str) -> str:
    return "\n> ".join(body.splitlines()[:3])


def _attachments(occasion: Occasion, rng: random.Random) -> tuple[Attachment, ...]:
    if occasion.topic is Topic.TICKET and rng.random() < 0.25:
        rows = "".join(
            f"{occasion.day.isoformat()}T0{hour}:00:00,{rng.randrange(100)}\n" for hour in range(5)
        )
        return (Attachment(f"{occasion.reference}.csv", "text/csv", f"time,value\n{rows}".encode()),)
    if occasion.topic not in WITH_PDF or rng.random() < 0.65:
        return ()
    lines = [occasion.reference, occasion.day.isoformat(), f"{occasion.amount_cents / 100:,.2f} EUR"]
    return (Attachment(f"{occasion.reference}.pdf", "application/pdf", pdf_page(lines)),)
