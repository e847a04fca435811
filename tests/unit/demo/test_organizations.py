from collections import Counter

from demo.organizations import TAX_NUMBERS, found_organizations, open_mailboxes
from demo.world import atlas


def test_every_organisation_of_the_atlas_is_founded_once() -> None:
    organizations = found_organizations()

    assert [o.name for o in organizations] == [entry["name"] for entry in atlas()["organizations"]]
    assert len({o.entity_id for o in organizations}) == len(organizations)


def test_tax_numbers_are_valid_and_differ() -> None:
    numbers = [(o.address.country, o.tax_number) for o in found_organizations()]

    assert all(TAX_NUMBERS[country][1](number) for country, number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_a_group_shares_its_domain_and_switchboard() -> None:
    by_name = {o.name: o for o in found_organizations()}
    parent, child = by_name["Brackwald Holding"], by_name["Brackwald Logistik"]

    assert (parent.domain, parent.phone, parent.address) == (child.domain, child.phone, child.address)
    assert by_name["Brackwald Logistik Austria"].phone != parent.phone


def test_two_organisations_share_a_name_across_the_sea() -> None:
    names = Counter(o.name for o in found_organizations())

    assert names["Kestrel Lane Consulting"] == 2


def test_a_mailbox_stands_on_the_domain_of_its_owner() -> None:
    for mailbox in open_mailboxes(found_organizations()):
        assert mailbox.email.endswith(f"@{mailbox.owner.domain}")
