import pytest

from demo.organizations import found_organizations
from demo.people import grow_people
from demo.world import Person


@pytest.fixture(scope="module")
def people() -> tuple[Person, ...]:
    return grow_people(115, found_organizations())


def test_more_people_leave_the_first_ones_as_they_are(people: tuple[Person, ...]) -> None:
    assert grow_people(40, found_organizations()) == people[:40]


def test_no_two_people_have_one_mailbox(people: tuple[Person, ...]) -> None:
    owners: dict[str, set[str]] = {}
    for person in people:
        for email in {person.private_email, *(state.email for state in person.states)}:
            owners.setdefault(email, set()).add(person.entity_id)

    assert {email: ids for email, ids in owners.items() if len(ids) > 1} == {}


def test_states_are_in_order_of_time(people: tuple[Person, ...]) -> None:
    for person in people:
        assert [state.since for state in person.states] == sorted(state.since for state in person.states)


def test_every_kind_of_change_happens(people: tuple[Person, ...]) -> None:
    changed = [(p.states[0], p.states[-1]) for p in people]

    assert any(first.family_name != last.family_name for first, last in changed)
    assert any(first.employer != last.employer for first, last in changed)
    assert any(first.address != last.address for first, last in changed)
    assert any(first.employer is None for first, _ in changed)


def test_a_junior_shares_name_and_house_with_the_one_before(people: tuple[Person, ...]) -> None:
    junior = next(p for p in people if p.suffix)
    before = people[people.index(junior) - 1]

    assert (junior.given_name, junior.states[0].family_name) == (
        before.given_name,
        before.states[0].family_name,
    )
    assert junior.states[0].address == before.states[0].address
    assert junior.birth_date > before.birth_date
