from collections import Counter
from datetime import date, timedelta

import pytest

from demo.population.atlas import Seed
from demo.population.firms import Firm, found_firms

FIRST, LAST = date(2021, 1, 2), date(2026, 6, 30)


@pytest.fixture(scope="module")
def firms() -> tuple[Firm, ...]:
    return found_firms(120, Seed("tests"), first_day=FIRST, last_day=LAST)


def test_more_firms_leave_the_first_ones_as_they_are(firms: tuple[Firm, ...]) -> None:
    assert found_firms(40, Seed("tests"), first_day=FIRST, last_day=LAST) == firms[:41]


def test_there_are_customers_suppliers_and_both(firms: tuple[Firm, ...]) -> None:
    trades = Counter(firm.trade for firm in firms)

    assert trades["own"] == 1
    assert trades["customer"] > trades["supplier"] > trades["both"] > 0


def test_a_subsidiary_shares_domain_and_first_word_with_its_parent(firms: tuple[Firm, ...]) -> None:
    owned = [
        (firm.organization, firms[firm.parent].organization) for firm in firms if firm.parent is not None
    ]

    assert len(owned) > 8
    assert all(child.domain == parent.domain for child, parent in owned)
    assert all(child.name.split()[0] == parent.name.split()[0] for child, parent in owned)


def test_only_groups_share_a_domain(firms: tuple[Firm, ...]) -> None:
    domains = Counter(firm.organization.domain for firm in firms if firm.parent is None)

    assert max(domains.values()) == 1


def test_two_firms_of_different_countries_have_one_name(firms: tuple[Firm, ...]) -> None:
    countries: dict[str, set[str]] = {}
    for firm in firms:
        countries.setdefault(firm.organization.name, set()).add(firm.organization.address.country)

    assert any(len(found) > 1 for found in countries.values())


def test_a_firm_that_moved_has_another_address_before(firms: tuple[Firm, ...]) -> None:
    moved = [firm for firm in firms if firm.moved_on > FIRST]

    assert moved
    for firm in moved:
        assert firm.address_at(firm.moved_on) == firm.organization.address
        assert firm.address_at(firm.moved_on - timedelta(days=1)) == firm.former_address


def test_some_firms_pay_late_by_habit(firms: tuple[Firm, ...]) -> None:
    assert {firm.days_late for firm in firms} == {(-8, 2), (5, 18), (20, 60)}
