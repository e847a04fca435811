"""Everyone and everything the demo company's systems write about, found once and then only read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from demo.population.atlas import Seed, atlas
from demo.population.firms import Firm, found_firms
from demo.population.people import grow_people
from demo.world import Mailbox, Organization, Person

FIRMS_OF_PARTIES = 0.235  # the rest are their people, and a shared mailbox at every fifth firm
EVERY_WITH_MAILBOXES = 5
YEARS = 5
OUR_INFO = "mailbox-000000"  # the demo company is founded first, and so is its main mailbox


@dataclass(frozen=True, slots=True)
class Population:
    """The world between two days; `staff` and `mailboxes_of` are by the number of the firm."""

    seed: Seed
    first_day: date
    last_day: date
    firms: tuple[Firm, ...]
    people: tuple[Person, ...]
    mailboxes: tuple[Mailbox, ...]
    staff: Mapping[int, Sequence[int]]  # firm number -> positions in `people`, present and past
    mailboxes_of: Mapping[int, Sequence[int]]  # firm number -> positions in `mailboxes`
    owners: Mapping[str, str]  # mail address -> entity id

    @property
    def parties(self) -> int:
        """How many people, organisations and mailboxes there are."""
        return len(self.firms) + len(self.people) + len(self.mailboxes)

    def firm_of(self, organization: Organization) -> Firm:
        """Return the firm that is an organisation."""
        return self.firms[int(organization.entity_id.rpartition("-")[2])]

    def colleagues(self, firm: int, day: date) -> list[int]:
        """Return the people who work for a firm on a day; never empty for a firm that has anyone ever."""
        organization = self.firms[firm].organization
        known = self.staff.get(firm, ())
        return [n for n in known if self.people[n].at(day).employer is organization] or list(known)


def populate(parties: int, seed: Seed, *, until: date) -> Population:
    """Return a world of about so many parties, with `YEARS` of life up to a day."""
    first_day = date(until.year - YEARS, 1, 2)
    firms = found_firms(max(26, round(parties * FIRMS_OF_PARTIES)), seed, first_day=first_day, last_day=until)
    people, owners = grow_people(firms, seed, first_day=first_day, last_day=until)
    mailboxes = _open_mailboxes(firms, owners)
    return Population(
        seed=seed,
        first_day=first_day,
        last_day=until,
        firms=firms,
        people=people,
        mailboxes=mailboxes,
        staff=_staff(firms, people),
        mailboxes_of=_by_owner(firms, mailboxes),
        owners=owners,
    )


def _open_mailboxes(firms: Sequence[Firm], owners: dict[str, str]) -> tuple[Mailbox, ...]:
    mailboxes: list[Mailbox] = []
    for firm in firms:
        kinds = atlas()["mailboxes"][firm.language]
        has_any = firm.number % EVERY_WITH_MAILBOXES == 2 and firm.parent is None
        wanted = list(kinds) if firm.number == 0 else list(kinds)[: 1 + firm.number % 2] if has_any else []
        for local in wanted:
            email = f"{local}@{firm.organization.domain}"
            mailbox = Mailbox(
                entity_id=f"mailbox-{len(mailboxes):06}",
                email=email,
                names=tuple(kinds[local]),
                owner=firm.organization,
            )
            if owners.setdefault(email, mailbox.entity_id) == mailbox.entity_id:
                mailboxes.append(mailbox)
    return tuple(mailboxes)


def _staff(firms: Sequence[Firm], people: Sequence[Person]) -> dict[int, list[int]]:
    numbers = {firm.entity_id: firm.number for firm in firms}
    staff: dict[int, list[int]] = {}
    for position, person in enumerate(people):
        employers = {numbers[s.employer.entity_id] for s in person.states if s.employer is not None}
        for number in sorted(employers):
            staff.setdefault(number, []).append(position)
    return staff


def _by_owner(firms: Sequence[Firm], mailboxes: Sequence[Mailbox]) -> dict[int, list[int]]:
    numbers = {firm.entity_id: firm.number for firm in firms}
    owned: dict[int, list[int]] = {}
    for position, mailbox in enumerate(mailboxes):
        owned.setdefault(numbers[mailbox.owner.entity_id], []).append(position)
    return owned
