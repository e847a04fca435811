from datetime import date

from demo.sample import build_world
from demo.world import dice
from demo.writing import employer_name_of, family_name_of, given_name_of, organization_name_of

WORLD = build_world()


def test_given_names_come_in_short_forms_initials_and_slips() -> None:
    person = next(p for p in WORLD.people if p.given_name == "Katharina")

    written = {given_name_of(person, dice(str(n))) for n in range(200)}

    assert {"Katharina", "Kathi", "K."} <= written


def test_a_junior_is_written_with_the_suffix() -> None:
    junior = next(p for p in WORLD.people if p.suffix)

    written = {family_name_of(junior, junior.states[0], dice(str(n))) for n in range(50)}

    assert f"{junior.states[0].family_name} Jr." in written


def test_an_organisation_is_also_written_by_its_variants_and_former_name() -> None:
    organization = next(o for o in WORLD.organizations if o.former_name and o.variants == ())

    written = {organization_name_of(organization, dice(str(n))) for n in range(100)}

    assert organization.former_name in written
    assert organization.full_name in written


def test_who_works_for_nobody_has_no_employer_name() -> None:
    free = next(p for p in WORLD.people if p.states[0].employer is None)

    assert employer_name_of(free.at(date(2020, 1, 1)), dice("a")) == ""
