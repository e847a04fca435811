from datetime import date

from demo.population.atlas import Seed
from demo.population.population import OUR_INFO, Population, populate


def test_there_are_about_as_many_parties_as_asked_for() -> None:
    population = populate(3000, Seed("tests"), until=date(2026, 6, 30))

    assert 2700 < population.parties < 3300


def test_mailboxes_stand_on_the_domain_of_their_owner(population: Population) -> None:
    assert all(m.email.endswith(f"@{m.owner.domain}") for m in population.mailboxes)
    assert len({m.email for m in population.mailboxes}) == len(population.mailboxes)


def test_the_first_mailbox_is_our_own(population: Population) -> None:
    first = population.mailboxes[0]

    assert (first.entity_id, first.owner) == (OUR_INFO, population.firms[0].organization)


def test_colleagues_work_there_on_that_day(population: Population) -> None:
    firm = population.firms[0]

    for day in (population.first_day, population.last_day):
        found = population.colleagues(firm.number, day)
        assert found
        assert all(population.people[n].at(day).employer is firm.organization for n in found)


def test_a_firm_is_found_by_its_organisation(population: Population) -> None:
    assert all(population.firm_of(firm.organization) is firm for firm in population.firms)
