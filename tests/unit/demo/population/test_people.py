from demo.population.people import OWN_STAFF
from demo.population.population import Population


def test_no_two_people_have_one_address(population: Population) -> None:
    owners: dict[str, set[str]] = {}
    for person in population.people:
        for email in {person.private_email, *(state.email for state in person.states)}:
            owners.setdefault(email, set()).add(person.entity_id)

    assert {email: ids for email, ids in owners.items() if len(ids) > 1} == {}


def test_states_are_in_order_of_time(population: Population) -> None:
    for person in population.people:
        assert [state.since for state in person.states] == sorted(state.since for state in person.states)


def test_people_change_jobs_names_and_homes(population: Population) -> None:
    lives = [(person.states[0], person.states[-1]) for person in population.people]

    assert any(first.employer != last.employer for first, last in lives)
    assert any(first.family_name != last.family_name for first, last in lives)
    assert any(first.address != last.address for first, last in lives)


def test_our_own_people_stay(population: Population) -> None:
    employers = {s.employer for person in population.people[:OWN_STAFF] for s in person.states}

    assert employers == {population.firms[0].organization}


def test_namesakes_work_at_different_firms(population: Population) -> None:
    employers: dict[tuple[str, str], set[str]] = {}
    for person in population.people:
        state = person.states[0]
        if state.employer is not None:
            employers.setdefault((person.given_name, state.family_name), set()).add(state.employer.domain)

    assert any(len(found) > 1 for found in employers.values())


def test_a_junior_has_the_name_and_home_of_the_one_before(population: Population) -> None:
    at = next(n for n, person in enumerate(population.people) if person.suffix)
    before, junior = population.people[at - 1], population.people[at]

    assert (before.given_name, before.states[0].address) == (junior.given_name, junior.states[0].address)
    assert before.birth_date < junior.birth_date
